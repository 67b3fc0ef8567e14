"""Plans say which side of a filter across the stores is asked first, and it is."""

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reach_models import CATALOG, Guesses, guesses, narrowed, rows
from test_resolvers_reach_laws import stores

from catalog import Store
from catalog.query import And, Compare, Filter, Operator, Quantifier, Read, Related
from resolvers.across.reach import Reach
from resolvers.across.sides import sides_text
from tests.library.sources import CountingSource

FORECAST = CATALOG["Stop"].relations["forecast"]
WINDY = Related(FORECAST, Quantifier.SOME, Compare(("size",), Operator.GT, 1))
LARGE = Compare(("size",), Operator.GT, 2)


def said(filter_: Filter, sizes: Mapping[str, int]) -> list[str]:
    """What is told of a filter of stops."""
    reach = Reach(CATALOG, stores({name: [] for name in CATALOG}), sizes=Guesses(sizes))
    return list(sides_text(reach, Read(CATALOG["Stop"], (("id",),), filter=filter_)))


def test_the_target_is_asked_first_unless_the_source_is_much_smaller():
    """By estimates, which are told with one digit; without any, it is the target."""
    filter_ = And((LARGE, WINDY))
    assert said(filter_, {}) == ["across forecast: Forecast is asked first"]
    assert said(filter_, {"Stop": 1000, "Forecast": 9000}) == [
        "across forecast: Forecast is asked first, about 4,000 rows; of Stop about 400"
    ]
    assert said(filter_, {"Stop": 1000, "Forecast": 99_000}) == [
        "across forecast: Stop is asked first, about 400 rows; of Forecast about 40,000"
    ]


def test_each_change_of_store_has_a_line():
    """Those inside other filters, too; nothing is told of what stays in its store."""
    stops = CATALOG["Forecast"].relations["stops"]
    inner = Related(FORECAST, Quantifier.SOME, And((Related(stops, Quantifier.NONE, LARGE),)))
    lines = said(inner, {})
    assert [line.split(" is ")[0] for line in lines] == [
        "across forecast: Forecast",
        "across stops: Stop",
    ]
    assert said(LARGE, {}) == []


class Ordered(CountingSource):
    """Notes whom it is that is asked, beside others."""

    def __init__(self, source: CountingSource, noted: list[Store]) -> None:
        super().__init__(source)
        self._noted = noted

    async def read(self, reads: Any) -> Any:
        """One more call of this store."""
        self._noted.append(self.store)
        return await super().read(reads)


@settings(max_examples=200)
@given(rows(), st.sampled_from(list(CATALOG)), st.data(), guesses())
async def test_what_is_told_is_what_is_done(tables, name, data, sizes):
    """Where keys are named by a condition, the source need not be asked for them."""
    entity, noted = CATALOG[name], list[Store]()
    sources = {store: Ordered(source, noted) for store, source in stores(tables).items()}
    reach = Reach(CATALOG, sources, sizes=sizes)
    read = Read(entity, (("id",),), filter=data.draw(narrowed(entity)))
    lines = list(sides_text(reach, read))
    assume(len(lines) == 1)
    first = CATALOG[lines[0].split(": ")[1].split(" is ")[0]]
    await reach.within(read)
    assert noted[:1] in ([first.store], []) or (first is entity and entity.store not in noted)
