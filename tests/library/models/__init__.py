"""A library's models, as somebody who uses Bigraph would write them."""

from catalog import Access, anyone

__access__ = Access(read=anyone)
