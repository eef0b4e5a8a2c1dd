"""The bot's own buttons: their data, and proof that the bot gave them to this contact.

The web page's taps can be forged, so each button carries a keyed tag over the contact and the
button's action.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from surveys.privacy import Keyring

_DATA = re.compile(r"v:([a-z]+):(\d{1,18}):([a-z]+):([A-Z2-7]{8})")


class Verb(StrEnum):
    """What a button answers or starts; `subject` is the number of …"""

    CONSENT = "consent"
    """… the invitation."""
    DETAILS = "details"
    """… the invitation."""
    FOLLOW = "follow"
    """… the dossier."""
    PROOF = "proof"
    """… the dossier; answered with a goal of `second_proof`, or no."""
    SURVEY = "survey"
    """… the dossier."""
    PETITION = "petition"
    """… the response."""
    COMPLAIN = "complain"
    """… the dossier, or 0."""
    REPORT = "report"
    """… the petition."""
    COMMENT = "comment"
    ERASE = "erase"
    LANGUAGE = "language"
    NEWS = "news"
    """… the interview."""
    GO = "go"


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPress:
    """A button that was pressed; `answer` is yes, no, a language, a command, or a field."""

    verb: Verb
    subject: int
    answer: str


def data_of(keyring: Keyring, contact_id: int, press: ButtonPress) -> str:
    """The button's data: ASCII, at most 64 bytes."""
    words = f"{press.verb}:{press.subject}:{press.answer}"
    return f"v:{words}:{_tag(keyring, contact_id, words)}"


def read_data(keyring: Keyring, contact_id: int, data: str) -> ButtonPress | None:
    """The button pressed; None if this contact was given no such button."""
    match = _DATA.fullmatch(data)
    if match is None or match[1] not in set(Verb):
        return None
    words = f"{match[1]}:{match[2]}:{match[3]}"
    if match[4] not in {_tag(one, contact_id, words) for one in keyring.each}:
        return None
    return ButtonPress(verb=Verb(match[1]), subject=int(match[2]), answer=match[3])


def _tag(keyring: Keyring, contact_id: int, words: str) -> str:
    return keyring.reference(f"button:{words}", contact_id)
