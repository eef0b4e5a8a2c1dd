"""Encrypts citizens' texts in the inbox, the outbox and the page's bubbles.

Without the deployment's key, a database file, its journal and its backups then identify no person.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.messages import Outgoing, outgoing_from_json
from surveys.privacy import Keyring

MARK = "sealed:"
"""JSON never begins like this, which distinguishes plain text stored by earlier versions."""


def seal_texts(ring: Keyring, texts: Sequence[bytes]) -> list[str]:
    """Encrypt the payloads of updates for the inbox."""
    return [MARK + sealed.decode("ascii") for sealed in ring.seal_all(texts)]


def open_text(ring: Keyring, kept: str) -> str:
    """Decrypt a text of `seal_texts` or an earlier version. Raises `privacy.wrong_key`."""
    return ring.unseal(kept[len(MARK) :].encode()) if kept.startswith(MARK) else kept


def seal_body(ring: Keyring, body: Mapping[str, Any]) -> dict[str, Any]:
    """Encrypt a bubble of the page for storage."""
    return {"sealed": ring.seal(json.dumps(body, ensure_ascii=False)).decode("ascii")}


def open_body(ring: Keyring, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Decrypt a body of `seal_body` or an earlier version. Raises `privacy.wrong_key`."""
    if "sealed" not in kept:
        return dict(kept)
    found: dict[str, Any] = json.loads(ring.unseal(str(kept["sealed"]).encode("ascii")))
    return found


def seal_message(ring: Keyring, message: Outgoing) -> dict[str, Any]:
    """Encrypt a reply for the outbox, except its slot, which the queue itself reads."""
    nothing = {"text": "", "buttons": [], "slot": message.slot}
    return nothing | seal_body(ring, message.as_json())


def open_message(ring: Keyring, kept: Mapping[str, Any]) -> Outgoing:
    """Read a message of the outbox, encrypted or not. Raises `privacy.wrong_key`."""
    return outgoing_from_json(open_body(ring, kept))
