"""Turns an exception into one sentence: what is wrong, where, and what to do."""

import errno
import socket
import sqlite3
from datetime import date
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from admin.kit.texts import Texts
from scoring.errors import Refusal as ScoringRefusal
from surveys.errors import Refusal as SurveyRefusal

AnyRefusal = SurveyRefusal | ScoringRefusal
"""A refusal of `surveys` or `scoring`, which imports no other package and has its own class."""
REFUSALS = (SurveyRefusal, ScoringRefusal)
"""The same for `except`."""
DRAFT = ".part"
"""The suffix of a draft; messages name the user's file instead."""
OS_ERRORS = {
    errno.ENOENT: "file_missing",
    errno.EACCES: "file_denied",
    errno.EPERM: "file_denied",
    errno.EROFS: "file_denied",
    errno.EISDIR: "file_is_folder",
    errno.ENOTDIR: "file_missing",
    errno.EEXIST: "file_exists",
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EADDRINUSE: "port_in_use",
}
DATABASE_ERRORS = {
    "database is locked": "database_locked",
    "disk is full": "disk_full",
    "disk i/o error": "disk_full",
    "unable to open database file": "database_cannot_open",
    "readonly database": "database_readonly",
    "not a database": "database_is_none",
    "malformed": "database_damaged",
}
POSTGRES_ERRORS = {
    "InvalidPasswordError": "database_password",
    "InvalidAuthorizationSpecificationError": "database_password",
    "InvalidCatalogNameError": "database_unknown",
    "CannotConnectNowError": "database_unreachable",
    "ConnectionDoesNotExistError": "database_unreachable",
    "DiskFullError": "disk_full",
}


def sentence(texts: Texts, error: Exception) -> str:
    """The message for the user; never a traceback or the values of a failed statement."""
    if isinstance(error, REFUSALS):
        return refusal(texts, error.code, error.params)
    if "surrogates not allowed" in str(error):
        return texts.text("errors.system.not_unicode")
    if isinstance(error, DBAPIError):
        return _database(texts, error.orig or error)
    if isinstance(error, sqlite3.Error):
        return _database(texts, error)
    named = POSTGRES_ERRORS.get(type(error).__name__)
    if named:
        return texts.text(f"errors.system.{named}")
    if isinstance(error, OSError):
        return _os(texts, error)
    return texts.text("errors.system.unexpected", kind=type(error).__name__)


def refusal(texts: Texts, code: str, params: dict[str, object]) -> str:
    """The sentence of a refusal; readable even if no text exists for it."""
    text = texts.catalog.texts.get(f"errors.{code}")
    try:
        if text is not None:
            return text.format(**{name: _day(texts, one) for name, one in params.items()})
    except (KeyError, IndexError):
        pass
    listed = ", ".join(f"{name}: {value}" for name, value in params.items())
    words = code.replace(".", ": ").replace("_", " ")
    return f"{words} ({listed})" if listed else words


def _day(texts: Texts, value: object) -> object:
    """A day as people write it; anything else, a code or a row's number, as it is."""
    return texts.shown(value) if isinstance(value, date) else value


def _os(texts: Texts, error: OSError) -> str:
    if isinstance(
        error, ConnectionError | TimeoutError | socket.gaierror
    ) or "Connect call failed" in str(error):
        return texts.text("errors.system.database_unreachable")
    key = OS_ERRORS.get(error.errno or 0, "file_trouble")
    file = str(error.filename or "?").removesuffix(DRAFT)
    folder = Path(file).parent
    if key == "file_missing" and not folder.exists():
        return texts.text("errors.system.folder_missing", folder=folder)
    reason = error.strerror or type(error).__name__
    return texts.text(f"errors.system.{key}", file=file, reason=reason)


def _database(texts: Texts, error: BaseException) -> str:
    message = str(error).lower()
    for words, key in DATABASE_ERRORS.items():
        if words in message:
            return texts.text(f"errors.system.{key}")
    for name, key in POSTGRES_ERRORS.items():
        if name in f"{type(error).__name__} {error}":
            return texts.text(f"errors.system.{key}")
    return texts.text("errors.system.unexpected", kind=type(error).__name__)
