"""The outside of an event: whose it is, and what makes it the same event when it comes again."""

import hashlib
import json
import re

import msgspec

from bot.channels.base import Raw
from surveys.spelling import storable

Text = str | int | None
TIME = re.compile(rb'"timestamp"\s*:\s*"?(\d{1,20})\b')
"""The time of a body that is no JSON: with it its signature is checked."""


class _Who(msgspec.Struct):
    id: Text = ""


class _Message(msgspec.Struct):
    msg_id: Text = ""
    submit_time: Text = ""


class Envelope(msgspec.Struct):
    """The fields that all events share; everything else stays in the stored JSON."""

    event_name: str
    timestamp: Text = ""
    oa_id: Text = ""
    sender: _Who | None = None
    recipient: _Who | None = None
    follower: _Who | None = None
    user_id: Text = ""
    message: _Message | None = None
    msg_id: Text = ""

    @property
    def by_account(self) -> bool:
        """Whether it echoes what the Official Account sent itself."""
        return self.event_name.startswith("oa_send_")

    @property
    def account(self) -> str:
        """The Official Account's id; empty if the event does not say."""
        if self.oa_id:
            return str(self.oa_id)
        side = self.sender if self.by_account else self.recipient
        return str(side.id) if side else ""

    @property
    def citizen(self) -> str:
        """The citizen's id at this Official Account; empty for other events."""
        side = self.recipient if self.by_account else self.sender
        found = self.follower or side
        return str((found.id if found else "") or self.user_id or "")

    @property
    def number(self) -> str:
        """The message's id, wherever it is."""
        return str((self.message.msg_id if self.message else "") or self.msg_id or "")

    @property
    def key(self) -> str:
        """The same for every delivery of one event. A message has its id; of other events (a
        receipt and a rating have the id of the same message) the time belongs to it."""
        if self.event_name.startswith("user_send_") and self.number:
            return f"{self.event_name}:{self.number}"
        moment = (self.message.submit_time if self.message else "") or self.timestamp
        return f"{self.event_name}:{self.number or self.citizen}:{moment}"


class Outside(msgspec.Struct):
    """What is read of an event whose envelope has another shape than we know."""

    event_name: object = None
    timestamp: msgspec.Raw = msgspec.Raw()

    @property
    def name(self) -> str:
        """The event's name; empty if it has none."""
        return self.event_name if isinstance(self.event_name, str) else ""

    @property
    def time(self) -> str:
        """The time exactly as it is written, since it is signed; empty if there is none."""
        text = bytes(self.timestamp).decode("utf-8", "replace").strip('"')
        return "" if text == "null" else text


def read_envelope(raw: bytes) -> Envelope | None:
    """Read the envelope; None for what is no event."""
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError:
        return None
    except (msgspec.MsgspecError, RecursionError):
        return _read_whole(raw)


def _read_whole(raw: bytes) -> Envelope | None:
    try:
        return _decoder.decode(_whole(raw))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def read_outside(raw: bytes) -> Outside:
    """Read what can be read of a body without a known envelope, if only a time."""
    try:
        return _outside.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        times = TIME.findall(raw)
        return Outside(timestamp=msgspec.Raw(times[-1] if times else b""))


def stored(envelope: Envelope, raw: bytes) -> Raw:
    """What is stored of an event. Events of one citizen keep their order."""
    address = envelope.citizen or f"event {envelope.number or envelope.event_name}"
    return Raw(event_key=envelope.key, address=address, payload=raw)


def stored_unread(raw: bytes) -> Raw:
    """What is stored of a signed body that is no event: an officer finds it set aside."""
    key = hashlib.sha256(raw).hexdigest()
    return Raw(event_key=f"unread:{key}", address=f"unread {key}", payload=raw)


def _whole(raw: bytes) -> bytes:
    """The same without halves of characters, which a phone sends that cuts a text within an emoji.

    Raises ValueError or RecursionError for what is no JSON.
    """
    return storable(json.dumps(json.loads(raw), ensure_ascii=False)).encode()


_decoder = msgspec.json.Decoder(Envelope)
_outside = msgspec.json.Decoder(Outside)
