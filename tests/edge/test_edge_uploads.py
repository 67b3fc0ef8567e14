"""Requests that bring files: streamed to where they have no name, bounded, and gone afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.scalars import JSON

from edge.app import create_app
from edge.uploads import UploadLimits
from resolvers.uploads import IN_MEMORY
from schema import Upload, extends
from tests.library.library import Library

MOST, FILES, TEXT = 300_000, 3, 20_000
WATCHED: list[Callable[[Upload], Any]] = []


@strawberry.input
class Album:
    """Files within an input."""

    title: str
    cover: Upload | None = None
    pages: list[Upload] = strawberry.field(default_factory=list)


@extends("Mutation")
class Filing:
    """What takes files."""

    @strawberry.mutation
    async def filed(self, file: Upload) -> str:
        """What it is told of a file."""
        for watch in WATCHED:
            watch(file)
        pieces = [piece async for piece in file.chunks(1000)]
        assert b"".join(pieces) == await file.read()
        return told(file, b"".join(pieces))

    @strawberry.mutation
    async def album(self, album: Album, more: list[Upload | None]) -> list[str]:
        """The same of all of them."""
        files = [album.cover, *album.pages, *more]
        return [told(file, await file.read(1, 3)) for file in files if file]

    @strawberry.mutation
    def anything(self, value: JSON | None = None, text: str | None = None) -> str:
        """What takes none."""
        return f"{value}{text}"


@extends("Query")
class Looking:
    """Queries may take files, too."""

    @strawberry.field
    async def size(self, file: Upload) -> int:
        """How large it is."""
        return file.size


def told(file: Upload, content: bytes) -> str:
    """In one line."""
    return f"{file.filename} {file.media_type} {file.size} {content[:20].decode(errors='replace')}"


FILED = "mutation ($file: Upload!) { filed(file: $file) }"
ALBUM = "mutation ($album: Album!, $more: [Upload]!) { album(album: $album, more: $more) }"
SIZE = "query ($file: Upload!) { size(file: $file) }"
PREFLIGHT = {"graphql-preflight": "1"}
A_FILE = ("a.txt", b"abcdef", "text/plain")


class Poster:
    """Sends forms to the library."""

    def __init__(self, client: httpx.AsyncClient, folder: Path) -> None:
        self._client = client
        self.folder = folder

    async def post(
        self,
        query: str,
        variables: Any,
        places: Any,
        files: dict[str, Any],
        headers: dict[str, str] = PREFLIGHT,
    ) -> httpx.Response:
        """As a client that obeys the specification."""
        operations = json.dumps({"query": query, "variables": variables})
        data = {"operations": operations, "map": json.dumps(places)}
        answer = await self._client.post("/graphql", data=data, files=files, headers=headers)
        assert not self.held()
        return answer

    async def send(
        self,
        content: bytes | AsyncIterator[bytes],
        media_type: str = "multipart/form-data; boundary=x",
    ) -> httpx.Response:
        """Any body."""
        headers = {**PREFLIGHT, "content-type": media_type}
        answer = await self._client.post("/graphql", content=content, headers=headers)
        assert not self.held()
        return answer

    def held(self) -> list[str]:
        """The files in the folder that this process has open."""
        links = [str(where) for file in Path("/proc/self/fd").iterdir() for where in led(file)]
        return [link for link in links if link.startswith(str(self.folder))]


def led(file: Path) -> list[Path]:
    """Where a link leads; nowhere, if it is gone by now."""
    with suppress(OSError):
        return [file.readlink()]
    return []


@pytest.fixture
async def poster(tmp_path: Path) -> AsyncGenerator[Poster]:
    """Who sends forms to a library that takes files."""
    WATCHED.clear()
    limits = UploadLimits(MOST, FILES, tmp_path)
    graph = Library(Filing, Looking).graph
    app = create_app(graph, max_body_bytes=TEXT, uploads=limits, examples=None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
        yield Poster(client, tmp_path)


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the code of the one error."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


def form(*parts: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    """A body; a part is a file if its name has one after a colon."""
    body = b""
    for name, content in parts:
        field, _, filename = name.partition(":")
        head = f'--x\r\nContent-Disposition: form-data; name="{field}"'
        head += f'; filename="{filename}"' if filename else ""
        body += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + end


OPERATIONS = json.dumps({"query": FILED, "variables": {"file": None}}).encode()
MAP = b'{"0": ["variables.file"]}'
WHOLE = form(("operations", OPERATIONS), ("map", MAP), ("0:a.txt", b"abcdef"))


@pytest.mark.parametrize("size", [0, 6, IN_MEMORY, IN_MEMORY + 1, MOST])
async def test_a_file_is_a_variable(poster: Poster, size: int):
    """Larger than what else a body may have, or empty."""
    content = (b"abcdef" * (size // 6 + 1))[:size]
    files = {"0": ("a.txt", content, "text/plain")}
    answer = await poster.post(FILED, {"file": None}, {"0": ["variables.file"]}, files)
    assert answer.json() == {"data": {"filed": f"a.txt text/plain {size} {content[:20].decode()}"}}


async def test_files_are_where_the_map_says(poster: Poster):
    """In lists and in inputs, and one of them in several places."""
    places = {
        "a": ["variables.album.cover", "variables.more.1"],
        "b": ["variables.album.pages.0"],
    }
    album = {"title": "t", "cover": None, "pages": [None]}
    files = {"a": A_FILE, "b": ("b", b"uvwxyz", "image/png")}
    answer = await poster.post(ALBUM, {"album": album, "more": [None, None]}, places, files)
    of_a, of_b = "a.txt text/plain 6 bcd", "b image/png 6 vwx"
    assert answer.json() == {"data": {"album": [of_a, of_b, of_a]}}


async def test_queries_may_take_files(poster: Poster):
    """As fields of one's own."""
    answer = await poster.post(SIZE, {"file": None}, {"0": ["variables.file"]}, {"0": A_FILE})
    assert answer.json() == {"data": {"size": 6}}


async def test_a_form_may_bring_no_file(poster: Poster):
    """It is a request like others."""
    answer = await poster.send(form(("operations", b'{"query": "{ __typename }"}'), ("map", b"{}")))
    assert answer.json() == {"data": {"__typename": "Query"}}


async def test_a_large_file_is_in_the_folder_and_has_no_name(poster: Poster, tmp_path: Path):
    """So that none is left even of a process that is killed. What is saved stays."""
    seen: list[tuple[int, list[Path]]] = []
    WATCHED.append(lambda _: seen.append((len(poster.held()), [*tmp_path.iterdir()])))
    for content, held in ((b"abc", 0), (b"x" * MOST, 1)):
        files = {"0": ("../../etc/passwd", content, "text/plain")}
        answer = await poster.post(FILED, {"file": None}, {"0": ["variables.file"]}, files)
        assert answer.json()["data"]["filed"].startswith("passwd ")
        assert seen.pop() == (held, [])


async def test_what_is_saved_stays(tmp_path: Path):
    """As a copy of its own."""
    upload = Upload("a", "text/plain")
    for piece in (b"abc", b"x" * IN_MEMORY):
        await upload.add(piece)
    await upload.save(tmp_path / "copy")
    upload.close()
    assert (tmp_path / "copy").read_bytes() == b"abc" + b"x" * IN_MEMORY
    assert repr(upload) == f"Upload('a', 'text/plain', {IN_MEMORY + 3} bytes)"


OPENED = [("operations", OPERATIONS), ("map", MAP)]


@pytest.mark.parametrize(
    ("parts", "expected", "most"),
    [
        ([*OPENED, ("0:a", b"x" * (MOST + 1))], "UPLOAD_TOO_LARGE", MOST),
        ([OPENED[0], ("map", b'{"0":[],"1":[],"2":[],"3":[]}')], "UPLOAD_TOO_MANY", 3),
        ([("operations", b" " * (TEXT + 1))], "BODY_TOO_LARGE", TEXT),
        ([OPENED[0], ("map", b" " * TEXT)], "BODY_TOO_LARGE", TEXT),
    ],
)
async def test_what_is_too_much_is_not_read_to_its_end(
    poster: Poster, parts: Sequence[tuple[str, bytes]], expected: str, most: int
):
    """413, and the connection is closed."""
    if expected == "UPLOAD_TOO_MANY":
        parts = [*parts, ("0:a", b"")]
    answer = await poster.send(form(*parts))
    assert code(answer) == (413, expected)
    assert answer.headers["connection"] == "close"
    told = answer.json()["errors"][0]["extensions"]
    assert told["measured"] > told["limit"] == most


MAPS = [
    b"",
    b"[]",
    b"null",
    b"{",
    b'{"0": "variables.file"}',
    b'{"0": []}',
    b'{"0": [1]}',
    b'{"0": [null]}',
    b'{"0": {"x": "variables.file"}}',
    b'{"0": ["file"]}',
    b'{"0": ["variables"]}',
    b'{"0": ["variables."]}',
    b'{"0": ["variables..file"]}',
    b'{"0": ["variables.other"]}',
    b'{"0": ["variables.file.0"]}',
    b'{"0": ["variables.set"]}',
    b'{"0": ["variables.set.0"]}',
    b'{"0": ["variables.list.1"]}',
    b'{"0": ["variables.list.-1"]}',
    b'{"0": ["variables.list.x"]}',
    b'{"0": ["query"]}',
    b'{"0": ["operationName"]}',
    b'{"0": ["0.variables.file"]}',
    b'{"0": ["variables.file", "variables.file"]}',
    b'{"0": ["variables.list.0"], "1": ["variables.list.00"]}',
    b'{"0": ["variables.file"], "1": ["variables.file"]}',
]


@pytest.mark.parametrize("said", MAPS)
async def test_a_map_that_is_none_is_refused(poster: Poster, said: bytes):
    """400, and nothing is called."""
    variables = {"file": None, "set": "x", "list": [None]}
    operations = json.dumps({"query": FILED, "variables": variables}).encode()
    WATCHED.append(lambda file: pytest.fail(repr(file)))
    body = form(("operations", operations), ("map", said), ("0:a", b"x"), ("1:b", b"y"))
    assert code(await poster.send(body)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing of the kind",
        b"--x--\r\n",
        WHOLE[:-6],
        WHOLE[: len(WHOLE) // 2],
        WHOLE.replace(b"form-data; name", b"attachment; name"),
        WHOLE.replace(b' name="map"', b""),
        form(("map", MAP), ("operations", OPERATIONS), ("0:a", b"x")),
        form(("operations", OPERATIONS), ("0:a", b"x"), ("map", MAP)),
        form(("operations", OPERATIONS)),
        form(("operations:a", OPERATIONS), ("map", MAP), ("0:a", b"x")),
        form(("operations", OPERATIONS), ("map", MAP)),
        form(("operations", OPERATIONS), ("map", MAP), ("0", b"no file")),
        form(("operations", OPERATIONS), ("map", MAP), ("0:a", b"x"), ("0:a", b"x")),
        form(("operations", OPERATIONS), ("map", MAP), ("0:a", b"x"), ("1:b", b"x")),
        form(("operations", b"[" + OPERATIONS + b"]"), ("map", MAP), ("0:a", b"x")),
        form(("operations", b"{"), ("map", MAP), ("0:a", b"x")),
        form(("operations", b'{"variables": {"file": null}}'), ("map", MAP), ("0:a", b"x")),
        form(("operations", OPERATIONS), ("map", MAP), ("0:" + "a" * 9000, b"x")),
    ],
)
async def test_a_body_that_is_none_is_refused(poster: Poster, body: bytes):
    """400, and what came of files is gone."""
    WATCHED.append(lambda file: pytest.fail(repr(file)))
    assert code(await poster.send(body)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "variables", "place"),
    [
        ("mutation ($v: JSON) { anything(value: $v) }", {"v": None}, "v"),
        ("mutation ($v: JSON) { anything(value: $v) }", {"v": {"a": [None]}}, "v.a.0"),
        ("mutation ($v: String) { anything(text: $v) }", {"v": None}, "v"),
        ("mutation ($v: [JSON!]) { anything }", {"v": [None]}, "v.0"),
        (ALBUM, {"album": {"title": None}, "more": []}, "album.title"),
        (ALBUM, {"album": {"title": "x", "none": None}, "more": []}, "album.none"),
        (ALBUM, {"album": {"title": "x"}, "more": [{"x": None}]}, "more.0.x"),
    ],
)
async def test_a_file_goes_nowhere_else(poster: Poster, query: str, variables: Any, place: str):
    """Not where JSON takes anything, either."""
    places = {"0": [f"variables.{place}"]}
    assert code(await poster.post(query, variables, places, {"0": A_FILE})) == (400, "BAD_REQUEST")


async def test_a_file_has_no_idempotency_key(poster: Poster):
    """What other files hold is not compared, so one might be told of another's."""
    query = "mutation ($file: [Upload!]) { __typename }"
    keyed = {**PREFLIGHT, "idempotency-key": "k"}
    places, files = {"0": ["variables.file.0"]}, {"0": A_FILE}
    answer = await poster.post(query, {"file": [None]}, places, files, keyed)
    assert code(answer) == (400, "IDEMPOTENCY_KEY_UNFIT")


@pytest.mark.parametrize("depth", [100, 400, 900])
async def test_variables_beside_a_file_may_be_deep(poster: Poster, depth: int):
    """They are told of as without a file, or that they are too deep."""
    query = "query ($deep: JSON, $file: Upload!) { size(file: $file) }"
    deep: Any = None
    for _ in range(depth):
        deep = [deep]
    variables = {"deep": deep, "file": None}
    answer = await poster.post(query, variables, {"0": ["variables.file"]}, {"0": A_FILE})
    assert answer.status_code < 500
    assert "INTERNAL" not in answer.text


async def test_what_is_no_file_is_no_upload(poster: Poster):
    """By JSON, or in the document; and documents that are wrong are told as ever."""
    for value in ("x", 1, {"a": 1}):
        body = json.dumps({"query": FILED, "variables": {"file": value}}).encode()
        answer = await poster.send(body, "application/json")
        assert code(answer) == (200, "BAD_USER_INPUT")
    places, files = {"0": ["variables.file"]}, {"0": A_FILE}
    for query, expected in (
        ('mutation { filed(file: "x") }', "GRAPHQL_VALIDATION_FAILED"),
        ("mutation ($file: Upload!) {", "GRAPHQL_PARSE_FAILED"),
        ("mutation ($file: Uploads!) { filed(file: $file) }", "GRAPHQL_VALIDATION_FAILED"),
    ):
        answer = await poster.post(query, {"file": None}, places, files)
        assert expected in {e["extensions"]["code"] for e in answer.json()["errors"]}


async def test_forms_show_that_they_are_not_another_sites(poster: Poster):
    """Any page can have a browser send one, to a server that only it can reach."""
    places, files = {"0": ["variables.file"]}, {"0": A_FILE}
    answer = await poster.post(FILED, {"file": None}, places, files, headers={})
    assert code(answer) == (403, "CROSS_SITE_REQUEST")
    for name in ("apollo-require-preflight", "x-apollo-operation-name"):
        answer = await poster.post(FILED, {"file": None}, places, files, headers={name: "x"})
        assert "errors" not in answer.json()


@pytest.mark.parametrize(
    "media_type",
    [
        "multipart/mixed; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain",
    ],
)
async def test_other_bodies_are_as_ever(poster: Poster, media_type: str):
    """415."""
    assert code(await poster.send(WHOLE, media_type)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_files_are_not_taken_unless_it_is_said():
    """415, as of any form."""
    app = create_app(Library(Filing).graph, max_body_bytes=TEXT, examples=None)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://library"
    ) as client:
        headers = {**PREFLIGHT, "content-type": "multipart/form-data; boundary=x"}
        answer = await client.post("/graphql", content=WHOLE, headers=headers)
    assert code(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_no_file_is_left_by_what_fails(poster: Poster):
    """A resolver, or an idempotency key, which such a request cannot have."""
    large = {"0": ("a", b"x" * MOST, "text/plain")}
    places, keyed = {"0": ["variables.file"]}, {**PREFLIGHT, "idempotency-key": "k"}

    def fail(file: Upload) -> None:
        raise ValueError(file)

    answer = await poster.post(FILED, {"file": None}, places, large, headers=keyed)
    assert code(answer) == (400, "IDEMPOTENCY_KEY_UNFIT")
    WATCHED.append(fail)
    answer = await poster.post(FILED, {"file": None}, places, large)
    assert code(answer) == (200, "INTERNAL_ERROR")


async def test_no_file_is_left_of_who_goes_away(poster: Poster):
    """In the middle of a file, or while it is answered."""
    limits = UploadLimits(MOST, FILES, poster.folder)
    app = create_app(Library(Filing).graph, max_body_bytes=TEXT, uploads=limits, examples=None)
    body = form(("operations", OPERATIONS), ("map", MAP), ("0:a", b"x" * MOST))
    half = [
        {"type": "http.request", "body": body[:-100], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []
    headers = [(b"content-type", b"multipart/form-data; boundary=x"), (b"graphql-preflight", b"1")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "scheme": "http",
             "headers": headers, "query_string": b""}  # fmt: skip

    async def receive() -> Any:
        held.append(len(poster.held()))
        return half.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    held: list[int] = []
    await app(scope, receive, send)
    assert (sent[0]["status"], held, poster.held()) == (400, [0, 1], [])
    half = [{"type": "http.request", "body": body}]
    WATCHED.append(lambda _: asyncio.current_task().cancel())  # type: ignore[union-attr]
    await app(scope, receive, send)
    assert (sent[2]["status"], poster.held()) == (503, [])


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(1, len(WHOLE) - 1), max_size=8, unique=True))
async def test_however_a_body_is_cut_it_is_the_same(poster: Poster, cuts: list[int]):
    """Also within what parts it."""
    ends = [0, *sorted(cuts), len(WHOLE)]

    async def pieces() -> AsyncIterator[bytes]:
        for start, end in pairwise(ends):
            yield WHOLE[start:end]

    answer = await poster.send(pieces())
    assert answer.json() == {"data": {"filed": "a.txt application/octet-stream 6 abcdef"}}


@settings(max_examples=100)
@given(
    at=st.integers(0, len(WHOLE)),
    gone=st.integers(0, 20),
    put=st.binary(max_size=6) | st.sampled_from([b"\r\n", b"--x", b'"', b"[", b"null", b";"]),
)
async def test_however_a_body_is_damaged_it_is_told(poster: Poster, at: int, gone: int, put: bytes):
    """By a 400, unless it is still one; never by an error of ours."""
    answer = await poster.send(WHOLE[:at] + put + WHOLE[at + gone :])
    assert answer.status_code in {200, 400}
    assert "INTERNAL_ERROR" not in answer.text
