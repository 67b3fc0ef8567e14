"""In charge of the bodies of posted forms: of the right type, and of a bounded length."""

from __future__ import annotations

from typing import Final

from starlette.requests import ClientDisconnect, Request

_FORM: Final = "application/x-www-form-urlencoded"


async def form_content(request: Request, most_bytes: int) -> bytes:
    """The form as it came, not taken apart; raises ``ValueError`` for a body that is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise ValueError(f"The body must be {_FORM}.")
    content = b""
    try:
        async for part in request.stream():
            content += part
            if len(content) > most_bytes:
                raise ValueError(f"The body is over {most_bytes} bytes.")
    except ClientDisconnect:
        raise ValueError("The client went away.") from None
    return content
