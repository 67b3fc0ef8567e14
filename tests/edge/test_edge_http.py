"""GraphQL over HTTP: methods, media types and status codes."""

import json
from urllib.parse import urlencode

import pytest

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
MEANT = {"graphql-preflight": "1"}
HELLO = {"query": "{ openingHours }"}
ANSWER = {"data": {"openingHours": "9 to 5"}}


def code_of(response) -> str:
    """The code of the one error of an answer."""
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (GRAPHQL, GRAPHQL),
        (GRAPHQL.upper(), GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
        (f"{GRAPHQL};q=0, */*;q=0.1", JSON),
        (f"{GRAPHQL};q=x, {JSON};q=0.1", JSON),
        (f"{GRAPHQL};q=nan, {JSON};q=0.1", JSON),
        (f"{JSON};q=0, */*", GRAPHQL),
        (f"{JSON};q=0.1, application/*;q=0.5", GRAPHQL),
        (f"{JSON};q=0.9, {GRAPHQL};q=0.5, */*", JSON),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_the_answer_has_the_media_type_that_is_wanted_most(client, method, accept, expected):
    """By weight, then by order; a client that wants anything gets plain JSON."""
    headers = MEANT if accept is None else {**MEANT, "accept": accept}
    if method == "POST":
        response = await client.post("/graphql", json=HELLO, headers=headers)
    else:
        response = await client.get("/graphql", params=HELLO, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert response.json() == ANSWER


async def test_several_lines_of_accept_are_one_list(client):
    """As a proxy may part them."""
    headers = [("accept", "text/html"), ("accept", GRAPHQL)]
    response = await client.post("/graphql", json=HELLO, headers=headers)
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", "image/png", f"{JSON};q=0", "application", ",;,"])
async def test_a_client_that_takes_no_json_is_told_so(client, accept):
    """406, in JSON all the same."""
    response = await client.post("/graphql", json=HELLO, headers={"accept": accept})
    assert (response.status_code, code_of(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("content_type", "taken"),
    [
        (JSON, True),
        ("Application/JSON", True),
        (f"{JSON}; charset=utf-8", True),
        (f'{JSON};charset="UTF-8"; other=1', True),
        (f"{JSON}; charset=latin-1", False),
        ("application/json-evil", False),
        ("application/jsonp", False),
        ("text/json", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/graphql", False),
        ("", False),
        (None, False),
    ],
)
async def test_a_body_must_say_that_it_is_json(client, content_type, taken):
    """Exactly that: what a page of another site may send without asking is not it."""
    headers = {} if content_type is None else {"content-type": content_type}
    response = await client.post("/graphql", content=json.dumps(HELLO), headers=headers)
    if taken:
        assert response.json() == ANSWER
    else:
        assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_get_has_all_parameters(client):
    """In the address, variables as JSON; empty ones are as good as absent."""
    query = "query A { openingHours } query B($id: Int!) { author(id: $id) { name } }"
    parameters = {
        "query": query,
        "operationName": "B",
        "variables": '{"id": 1}',
        "extensions": "{}",
    }
    response = await client.get("/graphql", params=parameters, headers=MEANT)
    assert response.json() == {"data": {"author": {"name": "Ann Archer"}}}
    empty = {"query": "{ openingHours }", "operationName": "", "variables": "", "extensions": ""}
    assert (await client.get("/graphql", params=empty, headers=MEANT)).json() == ANSWER


async def test_head_is_get_without_a_body(client):
    """The same headers, also for what GET would refuse."""
    for query in ("{ openingHours }", "mutation { x }"):
        address = f"/graphql?{urlencode({'query': query})}"
        head = await client.head(address, headers=MEANT)
        get = await client.get(address, headers=MEANT)
        assert head.status_code == get.status_code
        assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("query", ["mutation { x }", "subscription { x }"])
async def test_get_changes_nothing(client, query):
    """405, and POST is named as the way."""
    response = await client.get("/graphql", params={"query": query}, headers=MEANT)
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("query", ["mutation { x }", "subscription { x }"])
async def test_what_the_schema_has_not_is_no_valid_document(client, query):
    """By POST the reason is in the document, not in the method."""
    response = await client.post("/graphql", json={"query": query}, headers={"accept": GRAPHQL})
    assert (response.status_code, code_of(response)) == (400, "GRAPHQL_VALIDATION_FAILED")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nope", 404, "NOT_FOUND"),
        ("POST", "/graphql/x", 404, "NOT_FOUND"),
        ("GET", "/graphiql", 404, "NOT_FOUND"),
        ("GET", "/", 404, "NOT_FOUND"),
        ("PUT", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("OPTIONS", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/health/live", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_errors_of_http_are_coded_too(client, method, path, status, code):
    """JSON in the shape of a GraphQL answer, so that a client has one way to read errors."""
    response = await client.request(method, path, follow_redirects=True)
    assert (response.status_code, code_of(response)) == (status, code)
    assert response.headers["content-type"] == JSON
    assert ("allow" in response.headers) is (status == 405)


async def test_numbers_beyond_64_bits_can_be_answered(client, library):
    """A JSON column may hold them, and half a surrogate pair; both are valid JSON."""
    library.tables["Book"][0]["extra"] = {"n": 10**30, "s": "\ud800"}
    response = await client.post("/graphql", json={"query": '{ bookByIsbn(isbn: "i1") { extra } }'})
    assert response.status_code == 200
    assert response.json()["data"]["bookByIsbn"]["extra"] == {"n": 10**30, "s": "\ud800"}
