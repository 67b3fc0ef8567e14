"""In charge of lines on their way into answers: they become the JSON that they stand for, or none.

Whatever people have written: a text with a mark in it is noticed, and never taken for a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.entity import Relation
from catalog.flat import FlatReader, Shape
from catalog.lines import (
    MARKS,
    NULL,
    PAGE,
    QUOTE,
    ROW,
    WRONG,
    Cursor,
    Fact,
    Inner,
    Leaf,
    Listed,
    Member,
    Says,
    Told,
)
from catalog.query import Order, Read
from catalog.types import Field, Scalar
from resolvers.completion.forms import (
    Constant,
    Edges,
    Info,
    Linked,
    Nodes,
    ObjectForm,
    PageForm,
    Total,
    Value,
)
from resolvers.completion.line_writer import Below
from resolvers.completion.lining import Lining, lining_of
from resolvers.completion.telling import LineError, Teller
from resolvers.planning.paging import Page
from resolvers.planning.plan import Hop, Island, Joined, Part

FIELDS = {
    "id": (Told.INT, False),
    "name": (Told.TEXT, False),
    "note": (Told.TEXT, True),
    "delay": (Told.INT, True),
    "late": (Told.BOOLEAN, True),
}
INSIDE = {"title": (Told.TEXT, False), "year": (Told.INT, True), "motto": (Told.TEXT, True)}
PLACE = ("plane",)
LEGS = ("legs",)
SHOWN = 2
"""Legs at most, of those that there are."""
INSIDE_OF_NOTE = {"title": "t", "year": None, "motto": None}
RELATION = cast("Relation", SimpleNamespace(name="plane"))
ENTITY = cast("Any", SimpleNamespace(name="Flight", is_key=lambda fields: fields == ("id",)))
PART = Part(ENTITY, (Joined("plane", cast("Any", PLACE), RELATION, cast("Any", None)),), ())
PAGE_OF_MANY = Page(200, 0, cast("Any", None), (Order(("id",)),), False, False, False)
EVIL = [
    *(*MARKS[:14], QUOTE, NULL, PAGE, ROW, WRONG),
    *('"', "\\", ",", "null", "}", "\n", "\x7f"),
]

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    st.lists(st.sampled_from([*EVIL, "a", "é", "😀"]), max_size=6).map("".join),
)
numbers = st.integers(-(2**31), 2**31 - 1)
inside = st.fixed_dictionaries(
    {"title": texts, "year": st.none() | numbers, "motto": st.none() | texts}
)
records = st.fixed_dictionaries(
    {
        "id": numbers,
        "name": texts,
        "note": st.none() | texts,
        "delay": st.none() | numbers,
        "late": st.none() | st.booleans(),
        "plane": st.none() | inside,
        "legs": st.lists(inside, max_size=3),
    }
)


def fields_of(known: Mapping[str, tuple[Told, bool]]) -> tuple[Field, ...]:
    """Fields of these names."""
    return tuple(
        Field(name, name, name, Scalar.STRING, nullable) for name, (_, nullable) in known.items()
    )


def reader() -> FlatReader:
    """Of rows that hold a flag for the plane between their own fields and its."""
    inner = Shape(len(FIELDS) + 1, fields_of(INSIDE), (), len(FIELDS))
    shape = Shape(0, fields_of(FIELDS), (("plane", inner),))
    told = [*(told for told, _ in FIELDS.values()), None, *(told for told, _ in INSIDE.values())]
    return FlatReader(shape, {}, (), None, {at: each for at, each in enumerate(told) if each})


def below() -> dict[Any, Below]:
    """The legs of a row, each of which is what a plane is."""
    relation = SimpleNamespace(
        name="legs", source_fields=("id",), cross_store=False, cache_ttl=None
    )
    island = Island(
        Read(ENTITY, (), limit=SHOWN + 1),
        Part(ENTITY, (), ()),
        Page(SHOWN, 0, cast("Any", None), (Order(("title",)),), False, False, False),
    )
    hop = Hop("legs", cast("Any", LEGS), cast("Any", relation), island)
    told = {at: told for at, (told, _) in enumerate(INSIDE.values())}
    return {LEGS: Below(hop, FlatReader(Shape(0, fields_of(INSIDE)), {}, (), None, told), {})}


def form_of(known: Mapping[str, tuple[Told, bool]], *more: Any) -> ObjectForm:
    """An object of these fields, under other keys, with its type's name in the middle."""
    values = [Value(f"the_{field.name}", field, "String") for field in fields_of(known)]
    return ObjectForm(None, (*values[:2], Constant("kind", "T"), *values[2:], *more))


FORM = form_of(
    FIELDS,
    Linked("on", cast("Any", PLACE), form_of(INSIDE, Constant("last", "P"))),
    Constant("z", "Z"),
)
BARE = ObjectForm(None, tuple(Value(each.name, each, "T") for each in fields_of(FIELDS)[:2]))
NULLS_INSIDE = ObjectForm(
    None, (*BARE.members, Linked("on", cast("Any", PLACE), form_of(INSIDE)), Constant("z", "Z"))
)
NOTHING_INSIDE = ObjectForm(
    None, (BARE.members[0], Linked("on", cast("Any", PLACE), ObjectForm(None, ())), BARE.members[1])
)
_OF_LEGS = ObjectForm(None, tuple(Value(each.name, each, "T") for each in fields_of(INSIDE)[::2]))
LISTS = {
    "a list": PageForm((Nodes("nodes", _OF_LEGS),)),
    "a list of edges": PageForm(
        (Constant("a", "A"), Edges("edges", (("node", _OF_LEGS), ("e", "E"))), Constant("b", "B"))
    ),
    "a list as Relay asks": PageForm(
        (
            Edges("edges", (("cursor", None), ("node", _OF_LEGS))),
            Info("pageInfo", (("endCursor", ".endCursor"), ("hasNextPage", ".hasNextPage"))),
        )
    ),
    "a list behind its place": PageForm(
        (
            Info("i", (("t", "PageInfo"), ("b", ".hasPreviousPage"), ("s", ".startCursor"))),
            Total("n"),
            Nodes("nodes", _OF_LEGS),
            Total("m"),
        )
    ),
}
SHAPES: dict[str, Nodes | Edges] = {
    "nodes": Nodes("all", FORM),
    "edges": Edges("all", (("node", FORM), ("type", "Edge"))),
    "cursor first": Edges("all", (("c", None), ("n", FORM))),
    "no nulls": Nodes("all", BARE),
    "nulls inside": Nodes("all", NULLS_INSIDE),
    "nothing inside": Nodes("all", NOTHING_INSIDE),
    **{
        name: Nodes(
            "all",
            ObjectForm(
                None, (BARE.members[1], Linked("legs", cast("Any", LEGS), form), BARE.members[0])
            ),
        )
        for name, form in LISTS.items()
    },
    "a list first": Nodes(
        "all",
        ObjectForm(
            None,
            (
                Linked("legs", cast("Any", LEGS), LISTS["a list"]),
                Linked("on", cast("Any", PLACE), form_of(INSIDE)),
            ),
        ),
    ),
    "cursor last": Edges("all", (("type", "Edge"), ("n", FORM), ("c", None), ("type2", "Edge"))),
}


def lining(member: Nodes | Edges) -> Lining:
    """How a page of this one member is lined."""
    part = Part(ENTITY, (Joined("on", cast("Any", PLACE), RELATION, PART),), ())
    found = lined_as(PageForm((member,)), part, reader())
    assert found is not None
    return found


def lined_as(form: PageForm, part: Part, reader: FlatReader) -> Lining | None:
    """How a page of many is lined."""
    island = Island(Read(ENTITY, ()), part, PAGE_OF_MANY)
    return lining_of(form, island, reader, below(), PAGE_OF_MANY.size)


def line_of(members: Sequence[Member], record: Mapping[str, Any]) -> str:
    """What a store writes; the memory's twin of Postgres's own SQL."""
    return "".join([text for member in members for text in pieces_of(member, record)])


def pieces_of(member: Member, record: Mapping[str, Any]) -> Iterator[str]:
    """The same of one member."""
    match member:
        case Leaf():
            yield leaf_of(member, record[member.name])
        case Cursor():
            yield member.mark + cursor_of(record)
        case Inner():
            yield inner_of(member, record)
        case Listed():
            legs = record["legs"]
            rows = [line_of(member.members, each) for each in legs[: member.size]]
            there = member.opening + member.between.join(rows) + (member.end or "}")
            yield from (fact_of(fact, legs) for fact in member.ahead)
            yield there if rows else member.nowhere
            yield from (fact_of(fact, legs) for fact in member.behind)


def cursor_of(record: Mapping[str, Any]) -> str:
    """Tells records apart, and holds no text of them."""
    return hashlib.sha256(repr(record).encode("utf-8")).hexdigest()


def fact_of(fact: Fact, legs: Sequence[Mapping[str, Any]]) -> str:
    """A mark, and what is said of some legs behind it."""
    said = info_of({Says.START: ".startCursor", Says.END: ".endCursor"}.get(fact.says, ""), legs)
    if fact.quotes:
        return fact.mark + (f"{QUOTE}{said}{QUOTE}" if said else NULL)
    said = len(legs) > SHOWN if fact.says is Says.MORE else len(legs)
    return fact.mark + orjson.dumps(said).decode()


def info_of(name: str, legs: Sequence[Mapping[str, Any]]) -> Any:
    """What `pageInfo` says of the first of some legs."""
    shown = legs[:SHOWN]
    match name:
        case ".startCursor" | ".endCursor":
            return cursor_of(shown[0 if name == ".startCursor" else -1]) if shown else None
        case ".hasNextPage":
            return len(legs) > SHOWN
        case ".hasPreviousPage":
            return False
        case other:
            return other


def leaf_of(leaf: Leaf, value: Any) -> str:
    """A mark, and the value behind it."""
    if value is None:
        return leaf.mark + (NULL if leaf.quotes else "null")
    if not leaf.told.quoted:
        return leaf.mark + orjson.dumps(value).decode()
    return f"{leaf.mark}{QUOTE}{value}{QUOTE}" if leaf.quotes else f"{leaf.mark}{value}"


def inner_of(inner: Inner, record: Mapping[str, Any]) -> str:
    """The plane, or that there is none."""
    there = record[inner.relation]
    if there is None:
        return inner.nowhere
    return line_of(inner.members, there) + (inner.end or "}")


def shown(form: ObjectForm, record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What an answer shows of a record."""
    if record is None:
        return None
    told: dict[str, Any] = {}
    for member in form.members:
        match member:
            case Constant(key, value):
                told[key] = value
            case Value(key, field):
                told[key] = record[field.name]
            case Linked(key, _, ObjectForm() as inner):
                told[key] = shown(inner, record["plane"])
            case Linked(key, _, PageForm(members)):
                told[key] = {each.key: listed(each, record["legs"]) for each in members}
            case _:
                raise AssertionError(member)
    return told


def listed(member: Any, legs: Sequence[Mapping[str, Any]]) -> Any:
    """What a member of a page of legs shows."""
    match member:
        case Constant(_, value):
            return value
        case Total():
            return len(legs)
        case Info(_, members):
            return {key: info_of(name, legs) for key, name in members}
        case _:
            return [expected(member, each) for each in legs[:SHOWN]]


def counts_of(lined: Lining, pages: Sequence[Sequence[Mapping[str, Any]]]) -> list[int]:
    """How many legs there are, if any are shown."""
    lists = sum(isinstance(each, Listed) for each in lined.line.members)
    return [sum(len(each["legs"][:SHOWN]) for page in pages for each in page)] * lists


def expected(member: Nodes | Edges, record: Mapping[str, Any]) -> Any:
    """The same of a row of a page."""
    if isinstance(member, Nodes):
        return shown(member.form, record)
    return {
        key: shown(what, record)
        if isinstance(what, ObjectForm)
        else cursor_of(record)
        if what is None
        else what
        for key, what in member.members
    }


def text_of(lined: Lining, record: Mapping[str, Any]) -> str:
    """A row's line."""
    return line_of(lined.line.members, record)


def of_no_mark(record: Mapping[str, Any]) -> bool:
    """Whether no text holds what may be a mark."""
    inside = [record["plane"] or {}, *record["legs"]]
    held = [*record.values(), *(text for each in inside for text in each.values())]
    return not any(
        ord(letter) < 32 and letter not in "\t\n\r"
        for text in held
        if isinstance(text, str)
        for letter in text
    )


@pytest.mark.parametrize("name", SHAPES)
@given(pages=st.lists(st.lists(records, max_size=4), max_size=4))
def test_lines_become_what_they_stand_for_or_nothing(name, pages):
    """To the character, whatever stands in the texts; only marks in them may be too much."""
    member = SHAPES[name]
    lined = lining(member)
    lines = [[text_of(lined, each) for each in page] for page in pages]
    wanted = [[expected(member, each) for each in page] for page in pages]
    try:
        lists = Teller(lined).lists(lines, counts_of(lined, pages))
    except LineError:
        assert not all(of_no_mark(each) for page in pages for each in page)
    else:
        assert orjson.loads(orjson.dumps(lists)) == wanted


def leaves_of(members: Iterable[Any]) -> Iterator[Any]:
    """What stands in a line for itself, at any depth."""
    for each in members:
        if isinstance(each, Leaf):
            yield each
        elif isinstance(each, Inner | Listed):
            yield from leaves_of(each.members)


@pytest.mark.parametrize("plane", [None, {"title": "t", "year": 1, "motto": "m"}])
@pytest.mark.parametrize(
    "name", ["nodes", "no nulls", "nulls inside", "nothing inside", "a list first", *LISTS]
)
@pytest.mark.parametrize("evil", EVIL)
def test_a_text_that_is_a_mark_is_noticed(evil, name, plane):
    """Each of them, alone, and the only one of its page: also where no mark of its kind may be."""
    member = SHAPES[name]
    lined = lining(member)
    held = {"id": 1, "note": "o", "delay": None, "late": True, "plane": plane, "name": evil}
    held["legs"] = [{"title": evil, "year": 1, "motto": evil}] if plane else []
    lines, counts = [[text_of(lined, held)]], counts_of(lined, [[held]])
    marks = {*lined.texts, PAGE, ROW, *([WRONG] if counts else [])}
    if any(each.quotes for each in leaves_of(lined.line.members)):
        marks |= {QUOTE, NULL}
    is_shown = name != "a list first" or plane
    if of_no_mark(held) or evil not in marks or not is_shown:
        (told,) = Teller(lined).lists(lines, counts)
        assert orjson.loads(orjson.dumps(told)) == [expected(member, held)]
    else:
        with pytest.raises(LineError):
            Teller(lined).lists(lines, counts)


@pytest.mark.parametrize("shape", ["nodes", *LISTS])
@given(data=st.data())
def test_no_text_passes_itself_off_as_a_value(shape, data):
    """Even one that was cut out of lines, with all their marks in the right order."""
    lined = lining(SHAPES[shape])
    honest = data.draw(st.lists(records.filter(of_no_mark), min_size=1, max_size=3))
    lines = [text_of(lined, each) for each in honest]
    whole = ROW.join(lines)
    start = data.draw(st.integers(0, len(whole)))
    cut = whole[start : data.draw(st.integers(start, len(whole)))]
    forged = {**honest[0], data.draw(st.sampled_from(["name", "note"])): cut}
    if honest[0]["legs"] and data.draw(st.booleans()):
        forged = {**honest[0], "legs": [*honest[0]["legs"], {**INSIDE_OF_NOTE, "title": cut}]}
    counts = counts_of(lined, [[*honest, forged]])
    try:
        (told,) = Teller(lined).lists([[*lines, text_of(lined, forged)]], counts)
    except LineError:
        assert not of_no_mark(forged)
    else:
        form = cast("Nodes", SHAPES[shape]).form
        assert orjson.loads(orjson.dumps(told)) == [shown(form, each) for each in [*honest, forged]]


def test_a_form_with_more_than_there_are_marks_for_is_none():
    """It is asked for by rows."""
    many = {f"f{at}": (Told.INT, False) for at in range(len(MARKS) + 1)}
    fields = fields_of(many)
    wide = FlatReader(Shape(0, fields), {}, (), None, dict.fromkeys(range(len(fields)), Told.INT))
    part = Part(ENTITY, (), ())
    most = ObjectForm(None, tuple(Value(field.name, field, "Int") for field in fields[:-1]))
    more = ObjectForm(None, tuple(Value(field.name, field, "Int") for field in fields))
    assert lined_as(PageForm((Nodes("nodes", most),)), part, wide)
    assert not lined_as(PageForm((Nodes("nodes", more),)), part, wide)
