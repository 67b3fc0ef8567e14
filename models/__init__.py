"""The sample: flights from New York in 2013, a file for each entity. Put your own models here."""

from catalog import Access, anyone

# What a model does not say itself: everybody may read.
__access__ = Access(read=anyone)
