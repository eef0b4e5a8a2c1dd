"""The deployment's keys: where they are, and the file that is made on first use."""

import os
import secrets
from pathlib import Path

from sqlalchemy import make_url

from bot.settings import Settings
from surveys.errors import Refusal
from surveys.privacy import KEY_BYTES, Keyring


def keyring(settings: Settings) -> Keyring:
    """The deployment's keys; creates the key file if it does not exist.

    Raises Refusal `settings.key` (not 64 hexadecimal digits) or `settings.key_readable`.
    """
    there = existing_keyring(settings)
    if there is None:
        _write_key(key_file(settings))
    return there or _keyring_in(key_file(settings))


def existing_keyring(settings: Settings) -> Keyring | None:
    """The deployment's keys; None if the key file is missing.

    Raises Refusal `settings.key` or `settings.key_readable`.
    """
    if settings.key is not None:
        return _keyring_from(settings.key.get_secret_value(), "MOTCUA_KEY")
    file = key_file(settings)
    return _keyring_in(file) if file.exists() else None


def key_place(settings: Settings) -> str:
    """Where the key is looked for, for messages."""
    return "MOTCUA_KEY" if settings.key is not None else str(key_file(settings))


def key_file(settings: Settings) -> Path:
    """Where the key file is, or would be."""
    return settings.key_file or _default_file(settings.database_url)


def _keyring_in(file: Path) -> Keyring:
    if file.stat().st_mode & 0o077:
        raise Refusal("settings.key_readable", file=str(file))
    return _keyring_from(file.read_text("ascii", errors="replace").strip(), str(file))


def _keyring_from(text: str, place: str) -> Keyring:
    """The current key, then those that a rotation replaced."""
    current, *older = [_secret_of(digits, place) for digits in text.replace(",", " ").split()] or [
        _secret_of("", place)
    ]
    return Keyring(current, tuple(older))


def _secret_of(digits: str, place: str) -> bytes:
    try:
        secret = bytes.fromhex(digits)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES or len(set(secret)) == 1:
        raise Refusal("settings.key", place=place)
    return secret


def add_key(settings: Settings, randomness: bytes) -> Keyring:
    """Put a new key before the others in the key file; whole or not at all.

    Raises OSError if the file cannot be written.
    """
    file = key_file(settings)
    there = _keyring_in(file)
    ring = Keyring(randomness, (there.secret, *there.older))
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    _write(new, "".join(f"{secret.hex()}\n" for secret in (ring.secret, *ring.older)))
    new.replace(file)
    _sync(file.parent)
    return ring


def _default_file(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(f"{url.database}.key")
    return Path("motcua.key")


def _write_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, f"{secrets.token_hex(KEY_BYTES)}\n")


def _write(file: Path, text: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
