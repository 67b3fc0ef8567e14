"""A library's own fields, as somebody who uses Bigraph would write them."""
