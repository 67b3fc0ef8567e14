"""In charge of reading parameters as OAuth has them: UTF-8, each once, and empty is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from edge.forms import form_content
from edge.issuer.errors import OAuthError

MOST_BYTES: Final = 32_768
_MOST_PARAMETERS: Final = 100


class Parameters:
    """The parameters of an address or of a form."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: Mapping[str, str] = dict(reversed(pairs))
        self._counted = Counter(name for name, _ in pairs)

    def get(self, name: str) -> str | None:
        """Its value; raises ``OAuthError`` if it has several."""
        if self._counted[name] > 1:
            raise OAuthError("invalid_request", f"{name} is given twice.")
        return self._values.get(name) or None

    def need(self, name: str) -> str:
        """Its value; raises ``OAuthError`` if it has none, or several."""
        value = self.get(name)
        if value is None:
            raise OAuthError("invalid_request", f"{name} is missing.")
        return value

    def check_once(self) -> None:
        """Raises ``OAuthError`` if any is given twice (RFC 6749, section 3.1)."""
        for name in self._counted:
            self.get(name)


def parameters_in(content: bytes) -> Parameters:
    """Those of a query or of a form's body; raises ``OAuthError`` if they cannot be read."""
    try:
        text = content.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise OAuthError("invalid_request", "The parameters cannot be read.") from None
    return Parameters(pairs)


async def form_of(request: Request) -> Parameters:
    """The parameters that are posted; raises ``OAuthError`` for a body that is no form."""
    return parameters_in(await content_of(request))


async def content_of(request: Request) -> bytes:
    """The same, not taken apart."""
    try:
        return await form_content(request, MOST_BYTES)
    except ValueError as error:
        raise OAuthError("invalid_request", str(error)) from None
