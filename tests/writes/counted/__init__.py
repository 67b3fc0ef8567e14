"""A graph in which everything that is done shows: each effect is a row, and is counted besides."""

from catalog import Access, anyone

__access__ = Access(read=anyone, create=anyone, update=anyone)
