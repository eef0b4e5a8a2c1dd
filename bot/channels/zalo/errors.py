"""Zalo's error codes as data: their class, and their words for staff and for citizens."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.base import (
    DeliveryError,
    OutsideWindow,
    Rejected,
    SlowDown,
    TryLater,
    Unknown,
    Unreachable,
)
from bot.channels.zalo.requests import (
    NoToken,
    Refused,
    RequestError,
    ServerFailed,
    TooMany,
    Unsent,
)
from surveys import yaml_lines

NEXT_DAY = time(0, 10)
MORNING = time(6, 5)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Zalo states no time zone for its days and nights."""
NO_TOKEN_SECONDS = {True: 60.0, False: 5.0}
"""How long the bot waits without a token; True: until a person authorises again."""


class ErrorClass(StrEnum):
    """What the bot does about an error; `errors.yaml` explains each."""

    REFRESH = "refresh"
    BACK_OFF = "back_off"
    TOMORROW = "tomorrow"
    NIGHT = "night"
    WINDOW = "window"
    CITIZEN = "citizen"
    PAYLOAD = "payload"
    PERSON = "person"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One code. `operator` and `citizen` are its words by language; `seconds` the wait, if any."""

    code: int
    kind: ErrorClass
    seconds: float
    operator: Mapping[str, str]
    citizen: Mapping[str, str]


@cache
def table() -> Mapping[int, Meaning]:
    """Every known code."""
    tree = _tree()
    return {int(code): _meaning(int(code), entry) for code, entry in tree["codes"].items()}


def meaning_of(error: Refused) -> Meaning:
    """What an answer means; for a code that is not in the table Zalo's own words are repeated."""
    known = table().get(error.code)
    if known is not None:
        return known
    words = dict.fromkeys(("vi", "en"), error.message)
    return Meaning(
        code=error.code,
        kind=ErrorClass.UNKNOWN,
        seconds=0.0,
        operator=words,
        citizen=_tree()["classes"]["unknown"]["citizen"],
    )


def words_of(error: RequestError, language: str) -> str:
    """What staff read of an error: our words, Zalo's code."""
    if not isinstance(error, Refused):
        return error.reason
    return f"{meaning_of(error).operator[language]} ({error.code})"


def outcome(error: RequestError, language: str, now: datetime) -> DeliveryError:
    """The delivery error of a message, with the words for staff in `language`."""
    reason = words_of(error, language)
    match error:
        case Refused():
            return _refused(meaning_of(error), reason, now)
        case NoToken():
            return SlowDown(reason, seconds=NO_TOKEN_SECONDS[error.is_lost], whole_bot=True)
        case TooMany():
            return SlowDown(reason, seconds=error.seconds, whole_bot=True)
        case Unsent() | ServerFailed():
            return TryLater(reason)
        case _:
            return Unknown(reason)


def ends_the_chain(error: Refused) -> bool:
    """Whether a refusal of the token endpoint means that the refresh token is of no use any
    more."""
    lost = _tree()["oauth"]["lost"]
    said = error.message.casefold()
    return error.code in map(int, lost["codes"]) or any(word in said for word in lost["words"])


def _refused(meaning: Meaning, reason: str, now: datetime) -> DeliveryError:
    match meaning.kind:
        case ErrorClass.REFRESH | ErrorClass.BACK_OFF | ErrorClass.PERSON:
            return SlowDown(reason, seconds=meaning.seconds, whole_bot=True)
        case ErrorClass.TOMORROW:
            return SlowDown(reason, seconds=_until(NEXT_DAY, now), whole_bot=False)
        case ErrorClass.NIGHT:
            return SlowDown(reason, seconds=_until(MORNING, now), whole_bot=False)
        case ErrorClass.WINDOW:
            return OutsideWindow(reason)
        case ErrorClass.CITIZEN:
            return Unreachable(reason)
        case _:
            return Rejected(reason)


def _until(hour: time, now: datetime) -> float:
    """Seconds until the next such time of day in Vietnam."""
    local = now.astimezone(VIETNAM)
    then = datetime.combine(local.date(), hour, VIETNAM)
    return ((then if then > local else then + timedelta(days=1)) - local).total_seconds()


def _meaning(code: int, entry: Mapping[str, Any]) -> Meaning:
    kind = ErrorClass(entry["class"])
    of_class = _tree()["classes"][kind]
    return Meaning(
        code=code,
        kind=kind,
        seconds=float(entry.get("seconds", of_class.get("seconds", 0))),
        operator={language: entry[language] for language in ("vi", "en")},
        citizen=entry.get("citizen", of_class["citizen"]),
    )


@cache
def _tree() -> Mapping[str, Any]:
    text = Path(__file__).with_suffix(".yaml").read_text("utf-8")
    tree: Mapping[str, Any] = yaml_lines.load(unicodedata.normalize("NFC", text))
    return tree
