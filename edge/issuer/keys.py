"""In charge of the keys that the development issuer signs with: a file, and how they change.

    published, not in use yet → signs → published, until what it signed is dead → gone

A key is published long before it signs, so whoever fetches keys now and then never lacks one.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from edge.issuer.own import ALGORITHM
from telemetry import logger

SIGNS_SECONDS: Final = 86_400.0
"""For how long one key signs."""

AHEAD_SECONDS: Final = 600.0
"""For how long at least it is published before; those who verify look every 300 seconds."""

KEPT_SECONDS: Final = 86_400.0
"""For how long it is published after: longer than any token lasts."""

_BITS: Final = 2048
_log = logger("issuer")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair that signs from a moment on, in seconds since 1970."""

    begins: float
    key: RSAKey

    @property
    def id(self) -> str:
        """What names it in tokens."""
        return str(self.key.kid)


@dataclass(frozen=True, slots=True)
class Keys:
    """All that the issuer keeps secret."""

    signing: Sequence[SigningKey]
    """In the order in which they sign; the last one does not as yet."""
    seal: bytes
    """Closes what the issuer alone is to read again."""

    def current(self, now: float) -> SigningKey:
        """The one that signs; the first, should the clock have been set back before it."""
        begun = [key for key in self.signing if key.begins <= now]
        return begun[-1] if begun else self.signing[0]

    def published(self) -> Mapping[str, Any]:
        """Their public halves, as a JSON web key set."""
        return {"keys": [key.key.as_dict(private=False) for key in self.signing]}


class KeyFile:
    """The keys in a folder, shared by all processes that run on it and kept when they end."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._read: tuple[tuple[int, int], Keys | None] | None = None

    def keys(self) -> Keys:
        """Those of this moment: made if there are none, and followed by new ones in time."""
        now = self._clock()
        known = self._known()
        if known is None or renewed(known, now) is not known:
            self._renew(now)
            known = self._known()
        assert known is not None  # noqa: S101 (it was just written)
        return known

    @property
    def _path(self) -> Path:
        return self._folder / "keys.json"

    def _known(self) -> Keys | None:
        """What the file says, read again only if it is another one."""
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return None
        mark = (state.st_mtime_ns, state.st_ino)
        if self._read is None or self._read[0] != mark:
            self._read = mark, _read(self._path.read_text("utf-8"))
        return self._read[1]

    def _renew(self, now: float) -> None:
        with _locked(self._folder):
            before = self._known()
            after = renewed(before, now)
            if after is not before:
                _replace(self._path, _written(after))


def renewed(keys: Keys | None, now: float) -> Keys:
    """The keys as they are to be now; the very same if nothing is to change."""
    if keys is None:
        first, second = _new(now), _new(now + SIGNS_SECONDS)
        return Keys((first, second), secrets.token_bytes(32))
    signing = list(keys.signing)
    if signing[-1].begins <= now:
        signing.append(_new(max(signing[-1].begins + SIGNS_SECONDS, now + AHEAD_SECONDS)))
    while len(signing) > 1 and signing[1].begins + KEPT_SECONDS <= now:
        del signing[0]
    return keys if signing == list(keys.signing) else Keys(signing, keys.seal)


def _new(begins: float) -> SigningKey:
    parameters: Any = {"use": "sig", "alg": ALGORITHM}
    return SigningKey(begins, RSAKey.generate_key(_BITS, parameters, auto_kid=True))


def _written(keys: Keys) -> str:
    signing = [{"begins": k.begins, "jwk": k.key.as_dict(private=True)} for k in keys.signing]
    return json.dumps({"signing": signing, "seal": keys.seal.hex()})


def _read(text: str) -> Keys | None:
    try:
        read = json.loads(text)
        signing = [SigningKey(k["begins"], RSAKey.import_key(k["jwk"])) for k in read["signing"]]
        return Keys(signing, bytes.fromhex(read["seal"])) if signing else None
    except (ValueError, TypeError, KeyError, JoseError) as error:
        _log.warning("keys_made_anew", reason=f"{type(error).__name__}: {error}"[:200])
        return None


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, and for nobody else to read."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    fresh.replace(path)


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """One process at a time; the lock ends with the process, however that ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
