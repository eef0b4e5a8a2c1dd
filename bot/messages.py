"""Incoming and outgoing messages, the same for every channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class IncomingKind(StrEnum):
    """What a citizen did."""

    TEXT = "text"
    TAP = "tap"
    START = "start"
    """Opened the chat; `text` is the token of a link, or empty."""
    EDITED = "edited"
    """Changed the text of an earlier message (`message_ref` says which)."""
    CONTACT = "contact"
    """Shared a phone number (`text`); only ever the citizen's own, verified by the channel."""
    FOREIGN_CONTACT = "foreign_contact"
    """Shared another person's number, or one that could not be verified."""
    GROUP = "group"
    """Wrote in a group, where the bot holds no conversation."""
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    OTHER = "other"
    """A sticker, a photo, a voice message: not readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing a citizen did in one chat.

    `address` is the channel's own chat id and never leaves the bot; `message_ref` the channel's id
    of the message it belongs to; `language` what the citizen's app is set to, `network` the network
    address it came from, if known.
    """

    channel: str
    bot: str
    address: str
    kind: IncomingKind
    text: str = ""
    data: str = ""
    message_ref: str = ""
    callback_ref: str = ""
    language: str = ""
    network: str = ""
    at: datetime | None = None
    """When the citizen did it, if the channel says; it may arrive hours later."""
    simulated: bool = False
    """Not a citizen: the demo's crowd. Everything it causes is marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: `data` (ASCII, at most 64 bytes) comes back as a tap."""

    label: str
    data: str = ""
    url: str = ""
    asks_contact: bool = False
    aside: bool = False
    """Navigation (back, skip, stop) instead of an answer: shown smaller if the channel can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to a citizen.

    `text` says everything, the choices too, for channels without buttons; `brief` leaves out what
    the buttons say (empty: the same). `slot` names a place in the chat: a later message of the same
    slot takes the place of the earlier one where the channel can edit, and is a new message where
    it cannot.
    """

    text: str
    brief: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    slot: str = ""
    language: str = ""
    """What it is written in, if known: names and quotations in it may be in another language."""
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the text says, by name, for channels that send templates instead of texts. Of an
    invitation: `invitation` (its number), `code` (masked), `codes` (how many dossiers), `unit`,
    `authority`, `returned_on`, `link` (of the page; may be empty).
    """

    @property
    def beside_buttons(self) -> str:
        """The text to show next to drawn buttons."""
        return self.brief or self.text

    def as_json(self) -> dict[str, Any]:
        """A dict that `outgoing_from_json` reads without loss."""
        rows = [[_fields(button) for button in row] for row in self.buttons]
        return _fields(self) | {"buttons": rows}


def _fields(one: Button | Outgoing) -> dict[str, Any]:
    """The fields as a dict, without the needless deep copies of `dataclasses.asdict`."""
    return {name: getattr(one, name) for name in one.__slots__}


def outgoing_from_json(data: dict[str, Any]) -> Outgoing:
    """Read the message that `Outgoing.as_json` wrote."""
    rows = tuple(tuple(Button(**button) for button in row) for row in data["buttons"])
    return Outgoing(**(data | {"buttons": rows}))
