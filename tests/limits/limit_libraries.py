"""In charge of libraries with limits of a test's own, and of their clients."""

from __future__ import annotations

import copy
import dataclasses
import functools
from typing import Any

import httpx
from strawberry import Schema

from edge.app import create_app
from resolvers.documents.info import core_of
from resolvers.limits.limits import DEFAULTS, Limits, set_limits
from resolvers.planning.paging import PageLimits
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
    schema = _limited(_schema(limits.pages, *more), limits)
    library.graph = dataclasses.replace(library.graph, schema=schema)
    return library


@functools.cache
def _schema(pages: PageLimits, *more: type) -> Schema:
    limits = dataclasses.replace(DEFAULTS, pages=pages)
    return build_schema(catalog(), [*extensions_in(extensions), *more], limits=limits)


def _limited(schema: Schema, limits: Limits) -> Schema:
    """The same types with these limits, which is what most of them would be built anew for."""
    other, core = copy.copy(schema), copy.copy(core_of(schema))
    core.extensions = dict(core.extensions)
    set_limits(core, limits)
    other._schema, core._strawberry_schema = core, other
    return other


def client_of(library: Library, **options: Any) -> httpx.AsyncClient:
    """A client of the library over HTTP."""
    app = create_app(library.graph, max_body_bytes=1_000_000, examples=None, **options)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://library", headers=GRAPHQL
    )
