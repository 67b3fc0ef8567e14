"""In charge of reading keys: which values some fields hold in the rows that match a filter."""

from __future__ import annotations

from collections.abc import Mapping

from strawberry.dataloader import DataLoader

from catalog.entity import Entity, Store
from catalog.errors import BigraphError
from catalog.query import Batch, DataSource, Filter, IsNull, Key, Not, Read
from resolvers.arguments import all_of
from resolvers.loaders import Answers


class KeyReader:
    """Reads keys for one request: nothing twice, and what starts together as one call of a store.

    ``most`` bounds how many keys are read at a time.
    """

    def __init__(self, sources: Mapping[Store, DataSource], most: int) -> None:
        self.most = most
        self._sources = sources
        self._loaders: dict[Store, DataLoader[Read, Answers]] = {}

    async def held(
        self, entity: Entity, fields: tuple[str, ...], filter_: Filter
    ) -> tuple[Key, ...] | None:
        """The distinct values of these fields, none null, in the rows that match.

        None if there are too many. Raises ``StoreError``.
        """
        present = (Not(IsNull((name,))) for name in fields if entity.fields[name].nullable)
        read = Read(
            entity,
            tuple((name,) for name in fields),
            filter=all_of((filter_, *present)),
            limit=self.most + 1,
            distinct=not entity.is_key(fields),
        )
        rows = (await self._loader(entity.store).load(read))[()].rows
        if len(rows) > self.most:
            return None
        keys = {tuple(row[name] for name in fields) for row in rows}
        # The same statement, whatever the order of the rows.
        return tuple(sorted(filter(_is_whole, keys), key=repr))

    def _loader(self, store: Store) -> DataLoader[Read, Answers]:
        if store not in self._loaders:
            self._loaders[store] = DataLoader[Read, Answers](self._sources[store].read)
        return self._loaders[store]

    async def found(
        self, entity: Entity, fields: tuple[str, ...], keys: tuple[Key, ...], filter_: Filter
    ) -> list[Key]:
        """Those of the keys for which there is a row that matches. Raises ``StoreError``."""
        paths = tuple((name,) for name in fields)
        read = Read(entity, paths, filter=filter_, limit=1, batch=Batch(fields, keys))
        answers = await self._loader(entity.store).load(read)
        return [key for key in keys if key in answers and answers[key].rows]


def _is_whole(key: Key) -> bool:
    # A value that is not of its model's type equals none that is.
    return not any(value is None or isinstance(value, BigraphError) for value in key)
