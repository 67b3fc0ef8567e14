"""Strawberry fields that are written by hand and added to the generated graph."""
