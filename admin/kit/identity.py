"""Identifies the officer at the command line: the claimed name (`--as`), and its proof.

A name is proved by the staff key, or by the operating system's user: the one mapped to the name,
or one who is an administrator (who could appoint or map any user anyway). The audit log records
the system user next to the name, which shows an administrator who acts under another name.
"""

import getpass
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import STAFF_KEY_VARIABLE
from surveys.errors import Refusal
from surveys.privacy import token_hash
from surveys.store.system.staff import Officer, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a command line claims about the person at the keyboard."""

    os_user: str
    name: str | None = None
    """`--as`."""
    key: str | None = field(default=None, repr=False)
    """The staff key, from MOTCUA_STAFF_KEY or `--key-file`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The person identified; `officer` is None for a person who is not staff."""

    name: str
    officer: Officer | None
    staffed: bool = True
    """Whether the database has any staff."""


def identify(claim: Claim, known: Sequence[Officer]) -> Identity:
    """Prove the claim.

    Raises Refusal `staff.wrong_key`, `staff.unknown_key`, `staff.which` or `staff.unproved`.
    """
    if claim.key is not None:
        return _by_key(claim.key, claim.name, known)
    if claim.name is None:
        return _by_os_user(claim.os_user, known)
    officer = next((one for one in known if one.name == claim.name), None)
    if officer is not None and not _may_be(claim.os_user, officer, known):
        raise Refusal("staff.unproved", name=claim.name, user=claim.os_user)
    return Identity(name=claim.name, officer=officer, staffed=bool(known))


def os_user() -> str:
    """The user of this process; environment variables do not affect it."""
    if hasattr(os, "getuid"):
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"uid:{os.getuid()}"
    return getpass.getuser()


def read_key(file: Path | None) -> str | None:
    """Read the staff key from its file, else from the environment; None if there is none.

    Raises OSError, or Refusal `staff.key_readable` for a file that others may read.
    """
    if file is None:
        return os.environ.get(STAFF_KEY_VARIABLE) or None
    if file.stat().st_mode & 0o077:
        raise Refusal("staff.key_readable", file=file)
    return file.read_text("utf-8", errors="replace").strip()


def _by_key(key: str, name: str | None, known: Sequence[Officer]) -> Identity:
    wanted = token_hash(key)
    holders = [one for one in known if hmac.compare_digest(one.key_hash or "", wanted)]
    if name is None and not holders:
        raise Refusal("staff.unknown_key")
    if not holders or name not in {None, holders[0].name}:
        raise Refusal("staff.wrong_key", name=name)
    return Identity(name=holders[0].name, officer=holders[0])


def _by_os_user(user: str, known: Sequence[Officer]) -> Identity:
    mine = [one for one in known if one.machine_user == user]
    mine = [one for one in mine if one.name == user] or mine
    if len(mine) > 1:
        raise Refusal("staff.which", user=user, names=", ".join(one.name for one in mine))
    if not mine:
        return Identity(name=user, officer=None, staffed=bool(known))
    return Identity(name=mine[0].name, officer=mine[0])


def _may_be(user: str, officer: Officer, known: Sequence[Officer]) -> bool:
    mine = [one for one in known if one.machine_user == user]
    return officer in mine or any(Role.ADMIN in one.roles for one in mine)
