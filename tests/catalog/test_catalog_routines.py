"""In charge of routines: what a function declares, and what refuses one."""

import datetime
import enum
import inspect
from typing import Annotated, Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel, Field
from refusals import refusal
from sqlmodel import Field as Column

from catalog import ModelError, ObjectId, catalog_of, routine
from catalog.declare import Declared
from catalog.entity import Store
from catalog.routine import REQUIRED, Argument, Given, Gives, Pipeline, Routine
from catalog.types import EnumType, ListType, Scalar


class Season(enum.Enum):
    """What an argument may be."""

    COLD = "c"
    WARM = "w"


class Hour(BaseModel):
    """A document."""

    __collection__ = "hours"

    id: int
    degrees: float | None = None


class Cold(BaseModel):
    """A view of documents."""

    __collection__ = "colds"
    __view__ = (Hour, [{"$match": {"degrees": {"$lt": 0}}}])

    id: int


def built(declared: Declared, *models: type) -> Routine:
    """The one routine of a catalog."""
    (found,) = catalog_of([*(models or (Hour,)), declared]).routines
    return found


@pytest.fixture
def row(base) -> type:
    """A table."""
    namespace = {
        "__annotations__": {"id": int, "code": str},
        "__module__": __name__,
        "id": Column(primary_key=True),
    }
    return type(base)("Item", (base,), namespace, table=True)


def test_its_parameters_are_the_arguments():
    """With their types, defaults and descriptions; its docstring is the field's."""

    @routine(list[Hour])
    def cold_hours(
        below: Annotated[float, Field(description="Degrees.")],
        since: datetime.date | None = None,
        seasons: list[Season] = [Season.COLD],  # noqa: B006 (as users may write it)
    ) -> object:
        """Hours that were cold."""
        return Hour, [{"$match": {"degrees": {"$lt": below}}}]

    made = built(cold_hours)
    assert (made.api, made.gives, made.entity.name) == ("coldHours", Gives.ROWS, "Hour")
    assert made.description == "Hours that were cold."
    below, since, seasons = made.arguments
    assert below == Argument("below", "below", Scalar.FLOAT, False, REQUIRED, "Degrees.")
    assert since == Argument("since", "since", Scalar.DATE, True, None)
    kind = EnumType("Season", {"COLD": "c", "WARM": "w"}, "What an argument may be.")
    assert seasons == Argument("seasons", "seasons", ListType(kind), False, ["COLD"])


def test_it_may_give_a_row_or_a_value():
    """Or none: both are nullable."""

    @routine(Hour | None)
    def first_hour() -> object:
        return "hours", [{"$limit": 1}]

    @routine(int, name="count_hours")
    def counted() -> object:
        return Cold, [{"$count": "value"}]

    assert built(first_hour).gives is Gives.ROW
    value = built(counted, Hour, Cold)
    assert (value.name, value.gives) == ("count_hours", Gives.VALUE)
    assert value.entity.fields["value"].type is Scalar.INT
    stages = ({"$match": {"degrees": {"$lt": 0}}}, {"$count": "value"})
    assert value.body == Pipeline("hours", stages)


def test_arguments_have_places_in_stages():
    """As values in queries, as literals in expressions."""

    @routine(list[Hour])
    def some_hours(degrees: float, most: int) -> object:
        return Hour, [
            {"$match": {"degrees": degrees, "$expr": {"$gt": ["$degrees", degrees]}}},
            {"$set": {"degrees": degrees, "kept": {"$literal": degrees}}},
            {"$limit": most},
            {"$facet": {"a": [{"$match": {"degrees": {"$in": (degrees,)}}}]}},
            {"$unionWith": {"coll": "others", "pipeline": [{"$skip": most}]}},
        ]

    value, literal = Given("degrees", literal=False), Given("degrees", literal=True)
    assert built(some_hours).body.stages == (
        {"$match": {"degrees": value, "$expr": {"$gt": ["$degrees", literal]}}},
        {"$set": {"degrees": literal, "kept": {"$literal": value}}},
        {"$limit": Given("most", literal=False)},
        {"$facet": {"a": [{"$match": {"degrees": {"$in": [value]}}}]}},
        {"$unionWith": {"coll": "others", "pipeline": [{"$skip": Given("most", literal=False)}]}},
    )


def test_sql_gives_a_value_of_postgres(row):
    """Which is cast to the type that is declared."""

    @routine(list[str])
    def codes(least: int) -> object:
        return sa.select(sa.func.array_agg(row.code)).where(row.id >= least)

    made = built(codes, row)
    assert made.entity.store is Store.POSTGRES
    assert "AS TEXT[]) AS value" in str(made.body.compile(dialect=sa.dialects.postgresql.dialect()))


def _of(returns: Any, made: Any, **annotations: Any) -> Declared:
    """A routine that gives something, with these arguments."""

    def asked(**given: Any) -> Any:
        return made(**given) if callable(made) else made

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, keyword) for name in annotations]
    asked.__annotations__ = annotations
    asked.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return routine(returns)(asked)


MATCH = [{"$match": {}}]
REFUSED: list[tuple[Any, Any, dict[str, Any], str]] = [
    (list[Hour], (Hour, MATCH), {"where": str}, "the argument 'where' is one that its field has"),
    (int, (Hour, MATCH), {"info": str}, "the argument 'info' is one that its field has"),
    (list[Hour], (Hour, MATCH), {"given": dict}, "cannot be given <class 'dict'>"),
    (list[Hour], (Hour, MATCH), {"given": Hour}, "cannot be given"),
    (list[Hour], (Hour, MATCH), {"given": list[int | None]}, "cannot be given"),
    (list[Hour], (Hour, MATCH), {"given": complex}, "cannot be served"),
    (list[Cold], (Hour, MATCH), {}, "which is no model that is served"),
    (list[Hour], [Hour], {}, "it gives [<class"),
    (list[Hour], (Hour, MATCH, 1), {}, "it gives (<class"),
    (list[Hour], "SELECT 1", {}, "it gives 'SELECT 1'"),
    (list[Hour], (Cold, MATCH), {}, "which is no document that is served"),
    (list[Hour], (Hour, [{}]), {}, "{} is no stage"),
    (list[Hour], (Hour, [{"match": {}}]), {}, "{'match': {}} is no stage"),
    (list[Hour], (Hour, [{"$out": "x"}]), {}, "$out writes"),
    (list[Hour], (Hour, [{"$facet": {"a": [{"$merge": "x"}]}}]), {}, "$merge writes"),
    (list[Hour], (Hour, [{"$match": {"$where": "true"}}]), {}, "$where runs a script"),
    (list[Hour], lambda n: (Hour, [{"$match": n}]), {"n": int}, "matches by no document"),
    (list[Hour], lambda n: (Hour, [{"$sort": {"id": n}}]), {"n": int}, "where none can"),
    (list[Hour], lambda n: (Hour, [{"$unionWith": n}]), {"n": str}, "where none can"),
    (
        list[Hour],
        lambda n: (Hour, [{"$lookup": {"from": n, "pipeline": [], "as": "x"}}]),
        {"n": str},
        "where none can",
    ),
    (list[Hour], lambda n: (Hour, [{"$set": {n: 1}}]), {"n": str}, "stands for a name"),
    (list[Hour], lambda n: (Hour, [{"$set": {"a": n * 2}}]), {"n": int}, "Python made"),
    (list[Hour], lambda n: (Hour, [{"$set": {"a": f"^{n}"}}]), {"n": str}, "is pasted into"),
    (list[Hour], lambda n: (Hour, MATCH) if n else None, {"n": int}, "fails when it is called"),
    (int, 5, {}, "it gives 5"),
]


@pytest.mark.parametrize(("returns", "made", "arguments", "reason"), REFUSED)
def test_what_cannot_be_is_refused_at_start_up(returns, made, arguments, reason):
    """By the routine's name."""
    said = refusal(Hour, _of(returns, made, **arguments))
    assert said.startswith("asked")
    assert reason in said


@pytest.mark.parametrize(
    ("made", "arguments", "reason"),
    [
        ("SELECT :code", {}, "the parameter 'code', which is no argument"),
        (lambda: sa.func.f(sa.bindparam("x")), {}, "the parameter 'x', which is no argument"),
        (lambda: sa.select(sa.literal_column("1").label("id")), {}, "its SELECT lacks code"),
        (5, {}, "it gives 5"),
        (lambda ref: sa.func.f(ref, 1), {"ref": ObjectId}, "of a type that Postgres has not"),
    ],
)
def test_what_sql_cannot_be_is_refused_at_start_up(row, made, arguments, reason):
    """By the routine's name."""
    said = refusal(row, _of(list[row], made, **arguments))
    assert reason in said


def test_an_argument_has_a_type_and_a_name():
    """Without them no client could give it."""

    @routine(list[Hour])
    def untyped(given) -> object:
        return Hour, MATCH

    @routine(list[Hour])
    def unnamed(*given: int) -> object:
        return Hour, MATCH

    @routine(list[Hour])
    def defaulted(given: int = "many") -> object:  # type: ignore[assignment]
        return Hour, MATCH

    assert "untyped.given: the argument has no type" in refusal(Hour, untyped)
    assert "takes any number" in refusal(Hour, unnamed)
    assert "its default is 'many'" in refusal(Hour, defaulted)


def test_each_root_field_has_a_name_of_its_own(row):
    """Also beside those of models."""

    @routine(list[Hour])
    def hours() -> object:
        return Hour, MATCH

    @routine(list[Hour], name="old_hours")
    def one() -> object:
        return Hour, MATCH

    assert "the root field 'hours' is also that of Hour" in refusal(Hour, hours)
    again = routine(list[Hour], name="old_hours")(one.function)
    assert "the root field 'oldHours' is also" in refusal(Hour, one, again)
    node = routine(list[Hour], name="node")(one.function)
    assert "the root field 'node' is not valid" in refusal(Hour, node)


def test_what_it_gives_is_said():
    """As a bare decorator it would mark nothing, and no field would be there."""

    def late() -> object:
        return Hour, MATCH

    with pytest.raises(ModelError, match="late: is marked by @routine alone"):
        routine(late)
