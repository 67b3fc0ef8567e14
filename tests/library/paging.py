"""In charge of walking through a connection page by page, both ways."""

from __future__ import annotations

from typing import Any

from tests.library.library import Library

Variables = dict[str, Any]

_PAGE = "edges { cursor node { nodeId } } pageInfo { %s }"
_INFO = "hasNextPage hasPreviousPage startCursor endCursor"


class Walk:
    """The pages of a root connection in one order, by the nodeIds of their rows."""

    def __init__(self, library: Library, field: str, order: list[Any], **where: Any) -> None:
        self._library = library
        self._field = field
        kind = {"shelves": "Shelf"}.get(field, field[:1].upper() + field[1:-1])
        self._query = f"""
          query($orderBy: [{kind}Order!], $where: {kind}Filter, $first: Int, $after: String,
                $last: Int, $before: String, $offset: Int) {{
            page: {field}(orderBy: $orderBy, where: $where, first: $first, after: $after,
                          last: $last, before: $before, offset: $offset) {{
              {_PAGE % _INFO}
            }}
          }}"""
        self._fixed = {"orderBy": order, **where}

    async def page(self, **arguments: Any) -> dict[str, Any]:
        """One page: ``edges`` and ``pageInfo``."""
        data = await self._library.data(self._query, **self._fixed, **arguments)
        return data["page"]

    async def all(self) -> list[str]:
        """Every row, from one page that holds them all."""
        return ids_of(await self.page(first=200))

    async def forward(self, size: int) -> list[list[str]]:
        """Every page from the start, each after the end of the one before."""
        pages, after = [], None
        while True:
            page = await self.page(first=size, after=after)
            pages.append(ids_of(page))
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            if not page["pageInfo"]["hasNextPage"]:
                return pages
            after = page["pageInfo"]["endCursor"]

    async def backward(self, size: int) -> list[list[str]]:
        """Every page from the end, each before the start of the one after it."""
        pages, before = [], None
        while True:
            page = await self.page(last=size, before=before)
            pages.insert(0, ids_of(page))
            assert page["pageInfo"]["hasNextPage"] is (before is not None)
            if not page["pageInfo"]["hasPreviousPage"]:
                return pages
            before = page["pageInfo"]["startCursor"]


def ids_of(page: dict[str, Any]) -> list[str]:
    """The nodeIds of a page's rows."""
    return [edge["node"]["nodeId"] for edge in page["edges"]]
