"""How much is told of what is wrong: by the length of what was sent, however much of it is."""

import pytest
from graphql.language import printer


def books(asked: str, where: str = "{}") -> str:
    """A document that asks for this of books."""
    return f"{{ books(where: {where}) {{ nodes {{ {asked} }} }} }}"


WIDE = books("id", "{" + " ".join(f"t{n}: 1" for n in range(1_200)) + "}")
LONG = "x" * 90_000
MANY = books(" ".join(f"a{n}" for n in range(1_000)))
DEEP = books("id", "{a: 1 b: 2 not: " * 14 + "{c: 1}" + "}" * 14)
CONFLICTS = " ".join(
    books(" ".join(f"a{n}: {field}" for n in range(20)))[2:-2] for field in ("id", "title", "isbn")
)
LINES = "\n" * 90_000 + MANY


async def answered(connect, library, query, **variables):
    """The errors and the text of an answer."""
    async with connect(library) as client:
        sent = {"query": query, "variables": variables}
        answer = await client.post("/graphql", json=sent)
    return answer.json()["errors"], answer.text


@pytest.mark.parametrize(
    "query",
    [
        WIDE,
        f'{{ book(id: "{LONG}") {{ id }} }}',
        f'{{ books(where: {{title: "{LONG}"}}) {{ nodes {{ id }} }} }}',
        f"{{ {LONG} }}",
        f"query ({'$' + LONG}: Int) {{ openingHours }}",
        MANY,
        DEEP,
        f"{{ {CONFLICTS} }}",
        LINES,
        f'{{ __typename "{LONG}',
    ],
    ids=["fields", "uuid", "object", "name", "variable", "many", "deep", "merged", "lines", "text"],
)
async def test_an_answer_is_not_much_longer_than_what_was_sent(connect, library, query):
    """However many things are wrong, and each of however long a value."""
    errors, text = await answered(connect, library, query)
    assert len(errors) <= 26
    assert len(text) <= 16_000
    assert all(len(error["message"]) <= 500 for error in errors)
    assert all(len(error.get("locations", ())) <= 20 for error in errors)


async def test_no_object_is_printed(connect, library, monkeypatch):
    """But for one that stands where there should be a leaf."""
    printed = []
    print_ast = printer.print_ast

    def noted(node, depth=None):
        printed.append(node)
        return print_ast(node, depth)

    monkeypatch.setattr(printer, "print_ast", noted)
    errors, _ = await answered(connect, library, WIDE)
    assert len(errors) == 10
    assert errors[0]["message"] == (
        "Expected value of type 'BookFilter' not to include unknown field 't0'."
    )
    assert printed == []
    await answered(connect, library, WIDE.replace("{t0", "{title: {eq: {t0").replace("})", "}}})"))
    assert len(printed) <= 2


async def test_what_is_equal_is_told_once_with_all_of_its_places(connect, library):
    """As of a directive that nobody knows, ten times."""
    errors, _ = await answered(connect, library, "{ __typename " + "@aa" * 10 + " }")
    (error,) = errors
    assert error["message"] == "Unknown directive '@aa'."
    assert [each["column"] for each in error["locations"]] == [14 + 3 * n for n in range(10)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("where: 1", "Expected value of type 'BookFilter' to be an object."),
        ('where: {title: "UA"}', "to be an object. Did you mean '{ eq: \"UA\" }'?"),
        ("where: {genre: NOVEL}", "to be an object. Did you mean '{ eq: NOVEL }'?"),
        ('where: {title: ["UA"]}', "to be an object. Did you mean '{ in: [\"UA\"] }'?"),
        (f'where: {{title: "{"x" * 99}"}}', "to be an object. Did you mean '{ eq: … }'?"),
        ("where: {title: {eq: 1}}", "String cannot represent a non string value: 1"),
        ("where: {titel: 1}", "unknown field 'titel'. Did you mean 'title'"),
        ("where: {and: [null]}", "of non-null type 'BookFilter!' not to be None."),
        ("orderBy: [{}]", "to have exactly one field, which is not null."),
        ("orderBy: {title: DES}", "Did you mean the enum value 'DESC'"),
        ('first: "1"', "Int cannot represent non-integer value"),
    ],
)
async def test_what_is_wrong_with_a_value_is_still_told(connect, library, value, said):
    """Where it is, and what is meant."""
    query = f"{{ books({value}) {{ nodes {{ id }} }} }}"
    (error,), _ = await answered(connect, library, query)
    assert said in error["message"]
    assert error["locations"]


@pytest.mark.parametrize(
    ("where", "guess"),
    [
        ({"title": "UA"}, 'Did you mean \'{"eq": "UA"}\'?'),
        ({"and": [{}, {"pages": [1, 2]}]}, "Did you mean '{\"in\": [1, 2]}'?"),
        ({"title": ["x"] * 99}, "Did you mean '{\"in\": …}'?"),
        ({"title": 1}, None),
        ({"title": {"eq": 1}, "pages": 1}, None),
        ({"shelf": "A"}, None),
    ],
)
async def test_a_bare_value_in_a_variable_is_told_what_it_may_mean(connect, library, where, guess):
    """If it could be compared with, and is what is wrong; else nothing is guessed."""
    query = "query ($w: BookFilter) { books(where: $w) { nodes { id } } }"
    (error, *_), _ = await answered(connect, library, query, w=where)
    assert error["message"].startswith("Variable '$w' has invalid value")
    _, _, told = error["message"].partition(". Did you mean '{")
    assert told == (guess or "").removeprefix("Did you mean '{")
