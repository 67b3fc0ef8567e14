"""In charge of whom PostgreSQL runs as: it refuses root, and a user that has no name."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired
from subprocess import run as run_to_end

from datasources.embedded.errors import EmbeddedError
from datasources.embedded.process import Account

_SECONDS = 30.0
"""In which an account is found to reach what it must: on a busy machine five were too few."""


def account_for(folder: Path, binary: Path) -> Account:
    """The first account that can execute `binary` and enter the folder that holds `folder`.

    `folder`, and all in it, is handed to that account if we are root and another one owns it.
    """
    for account in _candidates(folder):
        if _reaches(account, folder.parent, binary):
            _hand_over(folder, account)
            return account
    raise EmbeddedError(_refusal(folder), hint=_MEND)


_MEND = "Run this as an ordinary user, or point DATABASE_URL at a server of your own."


def _candidates(folder: Path) -> Iterator[Account]:
    """Ourselves; else we under another name, in a user namespace; else, for root, somebody else."""
    ourselves = os.geteuid()
    if ourselves != 0 and _has_name(ourselves):
        yield Account()
        return
    named = next((user.pw_uid for user in pwd.getpwall() if user.pw_uid != 0), None)
    if named is not None:
        ids = (f"--map-user={named}", f"--map-group={named}")
        yield Account(wrapper=("unshare", "--user", *ids, "--"))
    if ourselves == 0:
        # Under sudo the user whose project this is can reach it where nobody else can.
        owner = folder.parent.parent.stat().st_uid
        yield from (_user(uid) for uid in (owner, _nobody()) if uid and _has_name(uid))


def _user(uid: int) -> Account:
    return Account(user=uid, group=pwd.getpwuid(uid).pw_gid)


def _nobody() -> int | None:
    with suppress(KeyError):
        return pwd.getpwnam("nobody").pw_uid
    return None


def _has_name(uid: int) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwuid(uid).pw_name)
    return False


def _reaches(account: Account, folder: Path, binary: Path) -> bool:
    """Whether the account exists here, may enter the folder, and may execute the binary."""
    check = (*account.wrapper, "sh", "-c", 'cd "$1" && test -x "$2"', "sh", folder, binary)
    try:
        checked = run_to_end(
            check,
            cwd="/",
            user=account.user,
            group=account.group,
            extra_groups=None if account.user is None else [],
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, TimeoutExpired):
        return False
    return checked.returncode == 0


def _hand_over(folder: Path, account: Account) -> None:
    if os.geteuid() != 0:
        return
    user, group = account.user or 0, account.group or 0
    if folder.stat().st_uid == user:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), user, group, follow_symlinks=False)
    # Last: it marks the work as done.
    os.chown(folder, user, group)


def _refusal(folder: Path) -> str:
    if os.geteuid() == 0:
        return (
            "postgres cannot be started: it refuses to run as root, user namespaces are not"
            f" permitted here, and no other account reaches both {folder.parent} and its binaries."
        )
    return (
        f"postgres cannot be started: user id {os.geteuid()} has no entry in /etc/passwd, which"
        " initdb needs, and user namespaces are not permitted here."
    )
