"""A library's models, as somebody who uses Bigraph would write them."""
