"""The catalog as a Strawberry schema, one GraphQL construct a file."""

from schema.build import build_schema
from schema.extend import extends, extensions_in, requires

__all__ = ["build_schema", "extends", "extensions_in", "requires"]
