"""In charge of the development issuer: whether there is one, and its tokens by the command line."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from auth.issuers import is_loopback, is_safe
from console import origin_of, say
from edge.issuer import OwnIssuer, remembered
from packages import StartError, package, people
from settings import Settings


def own_issuer(settings: Settings, address: tuple[str, int]) -> OwnIssuer | None:
    """The issuer of this server itself, which listens at the address; raises ``StartError``.

    There is one where no other is set. It lets anybody be anybody, so never in production, and
    never where other machines could come to it.
    """
    if settings.issuers or settings.environment == "production":
        return None
    here = origin_of(address)
    origin = (settings.public_url or here).rstrip("/")
    if not (is_loopback(here) and is_loopback(origin) and is_safe(origin, origin)):
        say("Nobody can sign in: no ISSUERS, and the development issuer is for 127.0.0.1 only.")
        return None
    issuer = OwnIssuer(origin, _folder(settings), people(package(settings.models, "MODELS")))
    try:
        issuer.remember()
    except OSError as error:
        reason = f"DATA_DIR: {error.filename} cannot be written: {error.strerror}."
        raise StartError(reason, hint="The development issuer keeps its keys there.") from None
    return issuer


def print_token(settings: Settings, name: str, scope: str | None) -> int:
    """Prints an access token for somebody; raises ``StartError`` and ``PeopleError``."""
    if settings.environment == "production":
        raise StartError("In production there is no development issuer.")
    if settings.issuers:
        raise StartError("ISSUERS says whose tokens are taken: ask one of them.")
    folder = _folder(settings)
    origin = remembered(folder)
    if origin is None:
        message = f"No server has run on {settings.data_dir} that takes tokens."
        raise StartError(message, hint="Start one first: make serve.")
    from edge.issuer.command import token_for  # noqa: PLC0415 (no other command signs)

    issuer = OwnIssuer(origin, folder, people(package(settings.models, "MODELS")))
    sys.stdout.write(token_for(issuer, name, scope) + "\n")
    return 0


def sign_in_hint(issuer: OwnIssuer, settings: Settings) -> str:
    """How to sign in, for whoever has just started the server."""
    names = [person.subject for person in issuer.people]
    told = "".join(
        f" --{name.replace('_', '-')} {shlex.quote(str(getattr(settings, name)))}"
        for name in ("models", "data_dir")  # what the command goes by
        if getattr(settings, name) != Settings.model_fields[name].default
    )
    command = f"{_typed()} token --as {names[0] if names else 'NAME'}{told}"
    page = "in GraphiQL, or by " if settings.serves_graphiql else ""
    return f"Sign in as      {', '.join(names) or 'anybody'}: {page}{command}"


def _typed() -> str:
    """What runs this server, as somebody types it who stands where it was started."""
    here = Path.cwd()
    return " ".join(
        shlex.quote(str(path.relative_to(here) if here in path.parents else path))
        for path in (Path(sys.executable), Path(__file__).parent / "server.py")
    )


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "issuer"
