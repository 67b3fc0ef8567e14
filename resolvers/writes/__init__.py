"""Writes: the arguments of a mutation as changes, and changes as one transaction and an answer."""
