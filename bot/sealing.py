"""Citizens' words are sealed wherever they wait or are shown again: inbox, outbox, page.

A database file, its journal and its copies then name nobody without the deployment's key.
"""

import json
from collections.abc import Mapping
from typing import Any

from bot.messages import Outgoing, outgoing_from_json
from surveys.privacy import Keyring

MARK = "sealed:"
"""JSON never begins so: what an earlier version kept in the clear is told apart by it."""


def seal_text(ring: Keyring, text: str) -> str:
    """The payload of an update, as the inbox keeps it."""
    return MARK + ring.seal(text).decode("ascii")


def open_text(ring: Keyring, kept: str) -> str:
    """What `seal_text` sealed, or a text of an earlier version. Raises `privacy.wrong_key`."""
    return ring.unseal(kept[len(MARK) :].encode()) if kept.startswith(MARK) else kept


def seal_body(ring: Keyring, body: Mapping[str, Any]) -> dict[str, Any]:
    """A bubble of the page, as it is kept."""
    return {"sealed": ring.seal(json.dumps(body, ensure_ascii=False)).decode("ascii")}


def open_body(ring: Keyring, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What `seal_body` sealed, or a body of an earlier version. Raises `privacy.wrong_key`."""
    if "sealed" not in kept:
        return dict(kept)
    found: dict[str, Any] = json.loads(ring.unseal(str(kept["sealed"]).encode("ascii")))
    return found


def seal_message(ring: Keyring, message: Outgoing) -> dict[str, Any]:
    """A reply as the outbox keeps it: the queue itself reads nothing but its slot."""
    nothing = {"text": "", "buttons": [], "slot": message.slot}
    return nothing | seal_body(ring, message.as_json())


def open_message(ring: Keyring, kept: Mapping[str, Any]) -> Outgoing:
    """A message of the outbox, sealed or not. Raises `privacy.wrong_key`."""
    return outgoing_from_json(open_body(ring, kept))
