"""What the models say, frozen, and the query language between the layers."""

from catalog.access import (
    Access,
    anyone,
    authenticated,
    claim,
    nobody,
    roles,
    rows,
    scopes,
)
from catalog.build import catalog_of, models_in
from catalog.declare import BigInt, Computed, Index, Link, ObjectId, Search, interface, routine
from catalog.entity import Catalog, Entity, Relation, Store
from catalog.errors import BigraphError, ModelError
from catalog.geo import GeoPoint

__all__ = [
    "Access",
    "BigInt",
    "BigraphError",
    "Catalog",
    "Computed",
    "Entity",
    "GeoPoint",
    "Index",
    "Link",
    "ModelError",
    "ObjectId",
    "Relation",
    "Search",
    "Store",
    "anyone",
    "authenticated",
    "catalog_of",
    "claim",
    "interface",
    "models_in",
    "nobody",
    "roles",
    "routine",
    "rows",
    "scopes",
]
