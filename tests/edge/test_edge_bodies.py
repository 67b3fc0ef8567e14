"""Whatever a client sends, it gets a coded error in JSON, and never a status of 500 or above."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.app import create_app

JSON = {"content-type": "application/json"}
GRAPHQL = JSON | {"accept": "application/graphql-response+json"}
MEANT = {"graphql-preflight": "1"}


def nested(times: int, head: str, inner: str, tail: str) -> str:
    """Text in text, many times."""
    return head * times + inner + tail * times


HELLO = "{ openingHours }"
BODIES = {
    "a number": "5",
    "null": "null",
    "text": '"{ openingHours }"',
    "empty": "",
    "no JSON": "{",
    "two values": "{}{}",
    "not finite": '{"query": "{ openingHours }", "variables": {"a": NaN}}',
    "no UTF-8": b'{"query": "\xff"}',
    "UTF-16": json.dumps({"query": HELLO}).encode("utf-16"),
    "half a surrogate pair": '{"query": "\\ud800"}',
    "deep arrays": "[" * 100_000 + "]" * 100_000,
    "deep objects": nested(50_000, '{"a":', "1", "}"),
    "deep variables": '{"query": "x", "variables": ' + nested(5000, '{"a":', "1", "}") + "}",
    "no query": "{}",
    "query null": '{"query": null}',
    "query a number": '{"query": 5}',
    "query blank": '{"query": " \\n"}',
    "variables a list": json.dumps({"query": HELLO, "variables": []}),
    "variables text": json.dumps({"query": HELLO, "variables": "{}"}),
    "extensions a list": json.dumps({"query": HELLO, "extensions": []}),
    "operationName a number": json.dumps({"query": HELLO, "operationName": 5}),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("headers", [JSON, GRAPHQL], ids=["json", "graphql"])
async def test_a_body_that_is_no_request(client, headers, body):
    """400 in either media type: it is not well-formed."""
    response = await client.post("/graphql", content=body, headers=headers)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert "data" not in response.json()


VALUES = {
    "a number": "5",
    "a list": "[1]",
    "text": '"{}"',
    "no JSON": "{",
    "two values": "{}{}",
    "not finite": '{"a": NaN}',
    "deep": "[" * 80_000 + "]" * 80_000,
    "deep objects": nested(30_000, '{"a":', "1", "}"),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
@pytest.mark.parametrize("name", ["variables", "extensions"])
async def test_a_parameter_that_is_no_object(library, name, value):
    """The same by GET."""
    app = create_app(library.graph, max_body_bytes=500_000, examples=None)
    sent = await asked(app, urlencode({"query": HELLO, name: value}).encode())
    (error,) = json.loads(sent["body"])["errors"]
    assert (sent["status"], error["extensions"]["code"]) == (400, "BAD_REQUEST")


ADDRESSES = {
    "nothing": ("", 400),
    "no query": ("variables={}", 400),
    "an empty query": ("query=", 400),
    "blank": ("query=+%0A", 400),
    "no UTF-8": ("query=%7Ba%FF%7D", 400),
    "no UTF-8 in a value": ("query={a}&variables={%22a%22:%22%FF%22}", 400),
    "a query twice": ("query={a}&query={b}", 400),
    "variables twice": ("query={a}&variables={}&variables={}", 400),
    "many parameters": ("query={a}" + "&x=1" * 200, 400),
    "too long": ("query={a}&x=" + "1" * 500_000, 414),
}


@pytest.mark.parametrize(("said", "status"), ADDRESSES.values(), ids=ADDRESSES.keys())
async def test_an_address_that_asks_for_nothing(library, said, status):
    """As bytes, before any client puts them in order."""
    app = create_app(library.graph, max_body_bytes=500_000, examples=None)
    sent = await asked(app, said.encode())
    assert sent["status"] == status
    (error,) = json.loads(sent["body"])["errors"]
    told = {"code": "ADDRESS_TOO_LONG", "measured": len(said), "limit": 500_000}
    assert error["extensions"] == ({"code": "BAD_REQUEST"} if status == 400 else told)


async def test_an_address_in_raw_bytes(library):
    """No client sends them, and an attacker's gets no more than a refusal."""
    app = create_app(library.graph, max_body_bytes=1000, examples=None)
    for said in (b"query=\xff", b"\x00=\xc3", b"query={openingHours}&\xff"):
        assert (await asked(app, said))["status"] == 400


async def test_parameters_of_others_are_left_alone(client):
    """An address may carry what measures campaigns, twice even."""
    response = await client.get("/graphql?query={openingHours}&utm=1&utm=2", headers=MEANT)
    assert response.json() == {"data": {"openingHours": "9 to 5"}}


async def asked(app, said):
    """What an app answers to a GET with these parameters."""
    sent = {"body": b""}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent["status"] = message.get("status", sent.get("status"))
        sent["body"] += message.get("body", b"")

    headers = [(name.encode(), text.encode()) for name, text in MEANT.items()]
    scope = {"type": "http", "method": "GET", "path": "/graphql", "query_string": said}
    await app({**scope, "scheme": "http", "headers": headers}, receive, send)
    return sent


async def test_a_body_that_is_too_large(client):
    """413 as soon as that is known, and the connection is given up."""
    response = await client.post("/graphql", content=b" " * 500_001, headers=JSON)
    assert response.status_code == 413
    told = {"code": "BODY_TOO_LARGE", "measured": 500_001, "limit": 500_000}
    assert response.json()["errors"][0]["extensions"] == told
    assert response.headers["connection"] == "close"


async def test_a_body_that_is_just_not_too_large(client):
    """The limit itself is allowed."""
    body = json.dumps({"query": HELLO}).encode()
    response = await client.post("/graphql", content=body.ljust(500_000), headers=JSON)
    assert response.status_code == 200


BOOKS = "query($first: Int!) { books(first: $first) { totalCount } }"
REQUESTS = {
    "syntax": ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    "only a comment": ({"query": "# nothing"}, "GRAPHQL_PARSE_FAILED"),
    "a NUL": ({"query": "{ a\u0000 }"}, "GRAPHQL_PARSE_FAILED"),
    "a deep document": ({"query": nested(1500, "{a", "", "}")}, "GRAPHQL_PARSE_FAILED"),
    "a deep value": (
        {"query": "{ books(where: " + nested(1000, "{not: ", "{}", "}") + ") { totalCount } }"},
        "GRAPHQL_PARSE_FAILED",
    ),
    "an unknown field": ({"query": "{ bookz { totalCount } }"}, "GRAPHQL_VALIDATION_FAILED"),
    "an unknown type": (
        {"query": "query($a: Nope) { openingHours }"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an unknown variable": (
        {"query": "{ books(first: $first) { totalCount } }"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a variable of another type": (
        {"query": "query($first: String) { books(first: $first) { totalCount } }"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an unknown fragment": ({"query": "{ ...Nope }"}, "GRAPHQL_VALIDATION_FAILED"),
    "a circle of fragments": (
        {"query": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "two anonymous operations": (
        {"query": "{ openingHours } { openingHours }"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an unknown operation": (
        {"query": "query A { openingHours }", "operationName": "B"},
        "OPERATION_RESOLUTION_FAILURE",
    ),
    "several operations and no name": (
        {"query": "query A { openingHours } query B { openingHours }"},
        "OPERATION_RESOLUTION_FAILURE",
    ),
    "no operation": (
        {"query": "fragment A on Book { title }"},
        "OPERATION_RESOLUTION_FAILURE",
    ),
    "a schema": ({"query": "type A { a: Int }"}, "OPERATION_RESOLUTION_FAILURE"),
    "a variable left out": ({"query": BOOKS}, "BAD_USER_INPUT"),
    "a wrong variable": ({"query": BOOKS, "variables": {"first": "x"}}, "BAD_USER_INPUT"),
    "a variable null": ({"query": BOOKS, "variables": {"first": None}}, "BAD_USER_INPUT"),
    "deep input": (
        {
            "query": "query($w: BookFilter) { books(where: $w) { totalCount } }",
            "variables": {"w": json.loads(nested(900, '{"not":', "{}", "}"))},
        },
        "BAD_USER_INPUT",
    ),
}


@pytest.mark.parametrize(("request_", "code"), REQUESTS.values(), ids=REQUESTS.keys())
async def test_a_request_that_cannot_be_executed(client, request_, code):
    """400 in GraphQL's own media type, 200 in plain JSON; no data, and nothing was read."""
    for headers, status in ((GRAPHQL, 400), (JSON, 200)):
        response = await client.post("/graphql", content=json.dumps(request_), headers=headers)
        assert response.status_code == status
        assert {error["extensions"]["code"] for error in response.json()["errors"]} == {code}
        assert "data" not in response.json()


@pytest.mark.parametrize(
    ("called", "message"),
    [
        ("an unknown operation", 'Unknown operation named "B".'),
        ("several operations and no name", "The document holds several operations; name one"),
        ("no operation", "The document holds no operation."),
    ],
)
async def test_it_is_told_what_there_is_to_execute(client, called, message):
    """Or is not."""
    response = await client.post("/graphql", json=REQUESTS[called][0])
    (error,) = response.json()["errors"]
    assert error["message"].startswith(message)


async def test_an_error_while_it_runs_has_data_and_200(client):
    """The request was executed, so its status is that of a success; the error has its place."""
    query = '{ openingHours node(id: "x") { nodeId } }'
    response = await client.post("/graphql", json={"query": query}, headers=GRAPHQL)
    assert response.status_code == 200
    assert response.json()["data"] == {"openingHours": "9 to 5", "node": None}
    (error,) = response.json()["errors"]
    assert error["path"] == ["node"]
    assert error["locations"] == [{"line": 1, "column": 16}]
    assert set(error["extensions"]) == {"code", "hint"}


async def test_depths_up_to_the_limits_are_answered(client):
    """Deep, but not too deep: by the document and by variables."""
    deep = "{ authors { nodes " + nested(27, "{ mentor ", "{ name }", "}") + " } }"
    response = await client.post("/graphql", json={"query": deep})
    assert "errors" not in response.json()
    where = json.loads(nested(150, '{"not":', "{}", "}"))
    query = "query($w: BookFilter) { books(where: $w) { totalCount } }"
    response = await client.post("/graphql", json={"query": query, "variables": {"w": where}})
    assert response.json() == {"data": {"books": {"totalCount": 6}}}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=5,
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "query": anything | st.sampled_from([HELLO, BOOKS, "{", "{ books { nodes { title } } }"]),
        "variables": anything | st.fixed_dictionaries({"first": anything}),
        "operationName": anything,
        "extensions": anything,
    },
)


@settings(max_examples=80)
@given(requests | anything)
async def test_any_json_has_a_clean_answer(client, body):
    """Data, or errors that all have a code; the client's fault is never ours."""
    content = json.dumps(body)
    response = await client.post("/graphql", content=content, headers=GRAPHQL)
    assert response.status_code in (200, 400)
    answer = response.json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert "data" in answer or codes
    assert "INTERNAL_ERROR" not in codes
