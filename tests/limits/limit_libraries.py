"""In charge of libraries with limits of a test's own, and of their clients."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx

from edge.app import create_app
from resolvers.limits.limits import DEFAULTS, Limits
from schema import build_schema, extensions_in
from tests.library import extensions
from tests.library.library import LIMITS, Library, catalog

GRAPHQL = {"accept": "application/graphql-response+json"}


def limits_with(**others: int) -> Limits:
    """The usual limits, but for some others, and for the library's pages."""
    return dataclasses.replace(DEFAULTS, pages=LIMITS, **others)


def limited(limits: Limits, *more: type) -> Library:
    """A library of which no document may ask more."""
    library = Library()
    schema = build_schema(catalog(), [*extensions_in(extensions), *more], limits=limits)
    library.graph = dataclasses.replace(library.graph, schema=schema)
    return library


def client_of(library: Library, **options: Any) -> httpx.AsyncClient:
    """A client of the library over HTTP."""
    app = create_app(library.graph, max_body_bytes=1_000_000, examples=None, **options)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://library", headers=GRAPHQL
    )
