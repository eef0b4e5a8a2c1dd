"""The effects of an event: what to store, say and show. The caller carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ScreenKind(StrEnum):
    """What a screen asks or says."""

    QUESTION = "question"
    OFFER = "offer"
    THANKS = "thanks"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Choice:
    """One button. `label` is the form's text on a question; on other screens it equals the id."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Everything a channel needs to draw the current screen of an interview.

    `text` is the form's own on a question; on other screens it is the key of the text in the
    catalog. `step` of `steps` counts the questions; on the offer, `steps - step` are left, and
    `comment_left`: one of these is the free comment. A question that an answer led to is `added`:
    it has the number of the question before it, so that nobody is asked more than was announced.
    `chosen` is the option given before, when the citizen came back to the question.
    """

    kind: ScreenKind
    question: str | None
    text: str
    options: tuple[Choice, ...]
    revision: int
    step: int
    steps: int
    can_back: bool
    can_skip: bool
    takes_text: bool
    chosen: str | None = None
    comment_left: bool = False
    added: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Store this answer. Both `option` and `text` None: no answer, or an answer withdrawn.

    `turned`: the options were shown in the reverse order.
    """

    question: str
    option: str | None
    text: str | None
    revision: int
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """Draw this screen."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Say:
    """One short sentence from the catalog, before the screen that follows."""

    key: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenComplaint:
    """The answer reports misconduct of this kind; it waits for verification."""

    kind: str
    question: str


@dataclass(frozen=True, slots=True)
class WithdrawComplaint:
    """The answer that opened the complaint was changed or taken back."""

    kind: str
    question: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The response is complete: the whole form, or at least its short path."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Left before the short path was complete; the answers are kept and the interview can be
    resumed.
    """


@dataclass(frozen=True, slots=True)
class Expired:
    """The time to answer is over; the answers are kept."""


Effect = Record | Show | Say | OpenComplaint | WithdrawComplaint | Finished | Stopped | Expired
