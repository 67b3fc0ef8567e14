"""In charge of GraphQL multipart requests: `operations`, `map`, and then the files.

The specification is jaydenseric's; of it there are no batches. Files are written to where they stay
as they come, and each goes to the variables that the map says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from starlette.types import Receive

from edge.bodies import too_large
from edge.errors import HttpError
from edge.gzipped import gunzip_of
from edge.multipart import Part, boundary_in, parts_of, refused
from edge.requests import GraphQLRequest, Headers, checked, header, json_in
from edge.sites import PREFLIGHT
from resolvers.uploads import Upload

_PLACE: Final = re.compile(r"variables(\.[^.]+)+")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")  # written in one way, so that a place has one name


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much may come with one request, and where files are while it is answered."""

    most_bytes: int
    """Of one file."""
    most_files: int
    folder: Path | None = None


def brings_files(headers: Headers) -> bool:
    """Whether a request's body is a form; what it is not is for others to tell."""
    return boundary_in(header(headers, b"content-type")) is not None


async def read_uploads(
    headers: Headers, receive: Receive, limits: UploadLimits, max_body_bytes: int
) -> GraphQLRequest:
    """The parameters of a request that brings files, which are among its variables, to be closed.

    ``max_body_bytes`` is for what is no file. Raises ``HttpError``, and then nothing is left.
    """
    if not any(name in headers for name in PREFLIGHT):
        message = "A request with files is to show that it is not another site's."
        hint = "Send the header `GraphQL-Preflight: 1`."
        raise HttpError(403, "CROSS_SITE_REQUEST", message, hint=hint)
    if gunzip_of(header(headers, b"content-encoding"), max_body_bytes):
        raise refused("A body with files is not in gzip: its files may be.")
    form = _Form(limits, max_body_bytes)
    boundary = boundary_in(header(headers, b"content-type")) or b""
    try:
        async for event in parts_of(receive, boundary):
            if isinstance(event, Part):
                form.begin(event)
            else:
                await form.add(event)
        return form.whole()
    except BaseException:
        form.close()
        raise


@dataclass
class _Form:
    """What has come so far: the parts are `operations`, `map`, and files, in this order."""

    limits: UploadLimits
    left: int
    """Bytes that what is no file may still have."""
    files: dict[str, Upload] = field(default_factory=dict[str, Upload])
    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    places: dict[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    operations: dict[str, Any] = field(default_factory=dict[str, Any])
    now: str = ""
    """The part that is coming."""

    def begin(self, part: Part) -> None:
        """The next part. Raises ``HttpError`` for one that cannot come here."""
        self._end()
        expected = "operations" if not self.texts else "map"
        if len(self.texts) < 2:  # noqa: PLR2004 (the parts that are no files)
            if part.name != expected or part.filename is not None:
                raise refused(f"The next part of the body must be `{expected}`.")
            self.texts[part.name] = b""
        elif part.filename is None or part.name not in self.places or part.name in self.files:
            raise refused("A part of the body is no file of the `map`, or comes twice.")
        else:
            name = re.split(r"[/\\]", part.filename)[-1]
            self.files[part.name] = Upload(name, part.media_type, self.limits.folder)
        self.now = part.name

    async def add(self, data: bytes) -> None:
        """More of this part. Raises ``HttpError`` if it is too much."""
        if self.now not in self.files:
            came = sum(map(len, self.texts.values()))
            if len(data) > self.left:
                message = "What is no file in the body is too large."
                raise too_large(message, came + len(data), came + self.left)
            self.left -= len(data)
            self.texts[self.now] += data
            return
        file = self.files[self.now]
        came, most = file.size + len(data), self.limits.most_bytes
        if came > most:
            raise too_large(f"A file is larger than {most} bytes.", came, most, "UPLOAD_TOO_LARGE")
        await file.add(data)

    def whole(self) -> GraphQLRequest:
        """The request, with each file in its places. Raises ``HttpError`` if something lacks."""
        self._end()
        if lacking := [name for name in self.places if name not in self.files]:
            raise refused(f"The file {lacking[0]!r} of the `map` is not in the body.")
        if "map" not in self.texts:
            raise refused("The body must have the parts `operations` and `map`.")
        for name, places in self.places.items():
            for place in places:
                holder, key = _holder(self.operations, place)
                holder[key] = self.files[name]
        asked = checked(self.operations)
        return asked._replace(files=tuple(self.files.values()))

    def close(self) -> None:
        """Lets go of all files."""
        for file in self.files.values():
            file.close()

    def _end(self) -> None:
        """Reads the part that has come, if it is one of those that say what comes."""
        if self.now == "operations" and not self.operations:
            self.operations = _object(self.texts["operations"], "operations")
        elif self.now == "map" and not self.files:
            self.places = dict(self._mapped(_object(self.texts["map"], "map")))

    def _mapped(self, said: dict[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
        if len(said) > (most := self.limits.most_files):
            message = f"A request may have {most} files at most."
            raise too_large(message, len(said), most, "UPLOAD_TOO_MANY")
        taken = set[str]()
        for name, places in said.items():
            if not isinstance(places, list) or not places:
                raise refused("In the `map` each file has a list of the places where it belongs.")
            for place in cast("list[Any]", places):
                if (
                    not isinstance(place, str)
                    or place in taken
                    or not _is_free(self.operations, place)
                ):
                    raise refused(
                        "A place in the `map` is no null in the variables, or there twice."
                    )
                taken.add(place)
            yield name, cast("list[str]", places)


def _object(text: bytes, what: str) -> dict[str, Any]:
    value = json_in(text, f"`{what}`")
    if not isinstance(value, dict):
        raise refused(f"`{what}` must be a JSON object.")
    return cast("dict[str, Any]", value)


def _is_free(operations: dict[str, Any], place: str) -> bool:
    try:
        holder, key = _holder(operations, place)
        return holder[key] is None
    except (LookupError, TypeError, ValueError):
        return False


def _holder(operations: dict[str, Any], place: str) -> tuple[Any, Any]:
    """What holds a place, and by which key. Raises an error of Python's if there is none."""
    if not _PLACE.fullmatch(place):
        raise ValueError(place)
    *steps, last = place.split(".")
    holder: Any = operations
    for step in steps:
        holder = holder[_key(holder, step)]
    return holder, _key(holder, last)


def _key(holder: Any, step: str) -> Any:
    if isinstance(holder, list):
        return int(step) if _NUMBER.fullmatch(step) else step
    return step
