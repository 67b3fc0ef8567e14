"""What the models say, frozen, and the query language between the layers."""

from catalog.build import catalog_of, models_in
from catalog.declare import BigInt, Index, Link, ObjectId, interface
from catalog.entity import Catalog, Entity, Relation, Store
from catalog.errors import BigraphError, ModelError

__all__ = [
    "BigInt",
    "BigraphError",
    "Catalog",
    "Entity",
    "Index",
    "Link",
    "ModelError",
    "ObjectId",
    "Relation",
    "Store",
    "catalog_of",
    "interface",
    "models_in",
]
