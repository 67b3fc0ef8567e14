"""In charge of the law of variables: quickly coerced, they are what graphql-core makes of them."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolvers.documents.coercers import UnfitError
from resolvers.documents.coercion import CoercingContext, coercer_of

SCHEMA = build_schema("""
enum Kind { GOOD BAD }
input Either @oneOf { name: String number: Int }
input Part { size: Float = 1.5 kind: Kind = GOOD parts: [Part!] either: Either id: ID }
input Whole { name: String! count: Int! = 3 here: Boolean part: Part kinds: [[Kind]] any: [Int!]! }
directive @oneOf on INPUT_OBJECT
type Query { whole(it: Whole, many: [Whole!], number: Int): Int }
""")
QUERY = "query ($it: Whole, $many: [Whole!]!, $number: Int) {{ whole(it: $it) }}"
DOCUMENT = parse(QUERY.format())
DEFINITIONS = DOCUMENT.definitions[0].variable_definitions  # type: ignore[union-attr]
LEAVES = st.sampled_from([0, 1, -1, 2**31, 1.0, 1.5, "", "name", "7", True, False, "GOOD", "UGLY"])
"""For any of the types; each is right for some and wrong for others."""


def values(kind: Any, depth: int = 3) -> st.SearchStrategy[Any]:
    """What may come as JSON for a type; mostly what is right, sometimes nearly so."""
    wrong = st.one_of(LEAVES, st.none(), st.just({}), st.just([]), st.just({"other": 1}))
    return st.integers(0, 40).flatmap(lambda n: right(kind, depth) if n else wrong)


def right(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    """What is right for a type, but for what is inside."""
    if isinstance(kind, GraphQLNonNull):
        return values(kind.of_type, depth)
    if isinstance(kind, GraphQLList):
        return st.lists(values(kind.of_type, depth), max_size=2)
    if isinstance(kind, GraphQLInputObjectType):
        fields = {name: values(field.type, depth - 1) for name, field in kind.fields.items()}
        if kind.is_one_of:
            return st.sampled_from(sorted(fields)).flatmap(
                lambda name: fields[name].map(lambda it: {name: it})
            )
        must = {name for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)}
        some = {name: each for name, each in fields.items() if depth > 0 and name not in must}
        return st.fixed_dictionaries({name: fields[name] for name in must}, optional=some)
    if isinstance(kind, GraphQLEnumType):
        return st.sampled_from(sorted(kind.values))
    said = {"Int": st.integers(-5, 5), "Float": st.floats(-5, 5), "Boolean": st.booleans()}
    return said.get(kind.name, st.text(max_size=3))


def variables() -> st.SearchStrategy[dict[str, Any]]:
    """Given, or some of them not."""
    of = SCHEMA.type_map
    whole = values(of["Whole"])
    return st.fixed_dictionaries(
        {"many": st.lists(whole, max_size=3)}, optional={"it": whole, "number": values(of["Int"])}
    )


def executed(raw: dict[str, Any]) -> Any:
    """What an executor is built with, or the errors for which there is none."""
    made = CoercingContext.build(SCHEMA, DOCUMENT, raw_variable_values=raw)
    if isinstance(made, list):
        return told(made)
    assert made.operation is DOCUMENT.definitions[0]
    return told(made.variable_values)


def told(made: Any) -> Any:
    """Values and what they were made of, or messages."""
    if isinstance(made, VariableValues):
        return made.coerced, {name: source.value for name, source in made.sources.items()}
    return [error.message for error in made]


@settings(max_examples=50)
@given(raw=variables())
@example(raw={"many": [{"name": "", "any": [], "part": {"either": {"name": None}}}]})
@example(raw={"many": [{"name": "", "any": [], "part": {"either": {"name": "", "number": 1}}}]})
def test_what_is_coerced_quickly_is_what_graphql_makes_of_it(raw):
    """Values, where they are from, and every error."""
    assert executed(raw) == told(get_variable_values(SCHEMA, DEFINITIONS, raw))


@settings(max_examples=100)
@given(raw=values(SCHEMA.type_map["Whole"]))
def test_what_is_taken_is_right_and_what_is_refused_is_wrong_or_odd(raw):
    """One that graphql-core takes and we do not is a single item for a list, or a whole float."""
    definition = DEFINITIONS[0]
    core = get_variable_values(SCHEMA, [definition], {"it": raw})
    try:
        made = coercer_of(SCHEMA, definition)(raw, 0)
    except UnfitError:
        assert not isinstance(core, VariableValues) or "1.0" in str(raw) or odd(raw)
    else:
        assert isinstance(core, VariableValues)
        assert core.coerced == {"it": made}


def odd(raw: Any) -> bool:
    """Whether it has an item where a list may be."""
    if not isinstance(raw, dict):
        return False
    lists = [raw[name] for name in ("any", "parts", "kinds") if raw.get(name) is not None]
    inner = [item for each in lists for item in (each if isinstance(each, list) else ())]
    loose = any(not isinstance(each, list) for each in lists)
    rows = [item for item in inner if not isinstance(item, list)] if raw.get("kinds") else []
    return loose or bool(rows) or any(odd(each) for each in [*inner, raw.get("part")])


@pytest.mark.parametrize("depth", [10, 198, 199, 200, 201, 5000])
def test_what_is_nested_too_deeply_is_refused_as_ever(depth):
    """As graphql-core does, and without an end of the stack."""
    part: dict[str, Any] = {"size": 1.0}
    for _ in range(depth // 2):
        part = {"parts": [part]}
    raw = {"many": [], "it": {"name": "", "any": [], "part": part}}
    assert executed(raw) == told(get_variable_values(SCHEMA, DEFINITIONS, raw))
