"""In charge of the GraphiQL page and its files: their addresses, content types and caching."""

import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent

# Stated here because the machine's own table of types may lack them, or hold others.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}

# The build puts a hash of the content into a name: such a file never changes.
HASHED_NAME = re.compile(r"-[0-9A-Z]{8}\.\w+$")

# Nothing leaves for another host; a WebSocket to our own is 'self' as well. Monaco writes its theme
# into <style> elements as it runs.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "font-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PROTECTION = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True)
class Example:
    """A query that the page opens in a tab of its own.

    The title is shown as a comment above the query. GraphiQL names the tab by the operation, so
    an example reads best as a named one. Variables are JSON values.
    """

    title: str
    query: str
    variables: Mapping[str, Any] | None = None


Told = Callable[[Scope], Awaitable[bool]]
"""Whether the page's viewer, of whom a request for it tells, may have operations explained."""


async def _nobody(_: Scope) -> bool:
    return False


def routes(
    endpoint: str, examples: Sequence[Example], *, signs_in: bool = False, explains: Told = _nobody
) -> list[BaseRoute]:
    """`GET /graphiql`, the page, and `/graphiql/assets/`, its files.

    `endpoint` is the path of the GraphQL endpoint beside these routes, as in "/graphql"; the page
    resolves it against its own address, so both may be behind any prefix. The examples open when
    the browser holds no tabs of an earlier visit. Where one `signs_in`, there is a button for it,
    and for whom it `explains` a pane. Raises TypeError if variables are not JSON.
    """
    pages = {
        told: html_of(endpoint, examples, signs_in=signs_in, explains=told)
        for told in (True, False)
    }

    async def graphiql(request: Request) -> Response:
        html = pages[await explains(request.scope)]
        return HTMLResponse(html, headers=PROTECTION | {"cache-control": "private, no-cache"})

    return [
        Route("/graphiql", graphiql, methods=["GET"]),
        Mount("/graphiql/assets", Assets(directory=FOLDER / "assets")),
    ]


def html_of(endpoint: str, examples: Sequence[Example], *, signs_in: bool, explains: bool) -> str:
    """The HTML of the page, which carries the endpoint and the examples as JSON."""
    configuration = {
        "endpoint": endpoint.lstrip("/"),
        "examples": [asdict(example) for example in examples],
        "signsIn": signs_in,
        "explains": explains,
    }
    # An escaped "<" is the same JSON, and no text in it can close the script element.
    text = json.dumps(configuration).replace("<", "\\u003c")
    return (FOLDER / "index.html").read_text("utf-8").replace("{{configuration}}", text)


class Assets(StaticFiles):
    """The built files, each with its content type, and kept by browsers for as long as it lives."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or 304 where the browser has it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(PROTECTION)
        response.headers["content-type"] = CONTENT_TYPES[Path(full_path).suffix]
        response.headers["cache-control"] = caching(Path(full_path).name)
        return response


def caching(name: str) -> str:
    """The Cache-Control of a file, by its name."""
    return "public, max-age=31536000, immutable" if HASHED_NAME.search(name) else "no-cache"
