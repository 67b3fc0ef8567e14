"""In charge of a shop over some stores, and of what people write to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import strawberry
from shop_models import CATALOG
from strawberry.types.execution import PreExecutionError

from auth import Principal
from catalog import Store
from catalog.query import DataSource
from datasources.memory import MemorySource
from datasources.redis import Cache, NoCache
from edge.errors import told
from edge.graph import Graph
from resolvers.planning.paging import PageLimits
from schema import build_schema

ANN = Principal("shop", "ann", claims={"sub": "ann"})
BOB = Principal("shop", "bob", claims={"sub": "bob"})
ADMIN = Principal("shop", "root", roles=frozenset({"admin"}), claims={"sub": "root"})

REFUSED = "... on WriteRefused { errors { code message path hint } }"


def rows() -> dict[Store, dict[str, list[dict[str, Any]]]]:
    """What there is at first."""
    customers = [
        {"id": 1, "email": "a@x", "name": "Ada", "owner": "ann", "visits": 3, "credit": 5},
        {"id": 2, "email": "b@x", "name": "Ben", "owner": "bob", "tags": ["new"]},
        {"id": 3, "email": "h@x", "name": "Hid", "owner": "ann", "hidden": True},
    ]
    filled = [
        {"hidden": False, "tier": "BASIC", "credit": 0, "visits": 0, "wishes": [], **row}
        for row in customers
    ]
    orders = [{"customer_id": 1, "number": 1, "code": "p", "total": 7, "paid": True}]
    products = [
        {"code": "p", "title": "Pen", "owner": "ann", "stock": 5, "labels": ["ink"],
         "size": {"width": 3, "height": 140, "unit": "mm"}},
        {"code": "q", "title": "Quill", "owner": "bob", "stock": 1, "labels": []},
    ]  # fmt: skip
    return {
        Store.POSTGRES: {"Customer": filled, "Order": orders, "Supplier": [], "Visit": []},
        Store.MONGO: {"Product": products},
    }


@cache
def shop_schema() -> strawberry.Schema:
    """The schema of a shop, made once somebody asks."""
    return build_schema(CATALOG)


class Shop:
    """A graph over some stores; in memory, if nothing is said."""

    def __init__(
        self,
        sources: Mapping[Store, DataSource] | None = None,
        *,
        schema: Any = None,
        cache: Cache | None = None,
        **more: Any,
    ) -> None:
        held = sources or {
            store: MemorySource(CATALOG, store, tables) for store, tables in rows().items()
        }
        self.graph = Graph(
            catalog=CATALOG,
            schema=schema or shop_schema(),
            sources=held,
            cache=cache or NoCache(),
            cache_ttl=60 if cache else 0,
            page_limits=PageLimits(default=100, most=200),
            **more,
        )

    async def ask(self, query: str, by: Principal = ANN, **variables: Any) -> dict[str, Any]:
        """The answer, with its errors as clients are told them."""
        result = await self.graph.schema.execute(
            query, variable_values=variables, context_value=self.graph.context(by)
        )
        refused = isinstance(result, PreExecutionError)
        errors = [told(error, before_execution=refused) for error in result.errors or ()]
        return {"data": result.data, **({"errors": errors} if errors else {})}

    async def write(self, field: str, by: Principal = ANN, **variables: Any) -> Any:
        """What comes of one field that writes, which has no errors beside it."""
        answer = await self.ask(f"mutation {field}", by, **variables)
        assert "errors" not in answer, answer
        ((_, value),) = answer["data"].items()
        return value

    async def codes(self, field: str, by: Principal = ANN, kind: str = "", **given: Any) -> Any:
        """The codes and paths of what is refused; a variable `$input` is of this kind."""
        declared = f"($input: {kind})" if kind else ""
        value = await self.write(f"{declared} {{ {field} {{ {REFUSED} }} }}", by, **given)
        return [(each["code"], ".".join(each["path"])) for each in value["errors"]]
