"""In charge of completing what resolvers give, level by level: all objects of a level at once."""
