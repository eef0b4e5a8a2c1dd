"""The events of an interview, the same for every channel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """The citizen opens the questionnaire, for the first time or again."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was pressed. `revision` is the one of the screen the button was on."""

    question: str
    option: str
    revision: int


@dataclass(frozen=True, slots=True)
class Text:
    """Something was typed, exactly as it arrived."""

    text: str


@dataclass(frozen=True, slots=True)
class Back:
    """Return to the previous question. With a `revision`, only if that screen is still the current
    one.
    """

    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """No answer to this question. `revision` as in Back."""

    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Pause the interview."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Continue the interview, after a stop or days later."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Back to the last question after the end, to change an answer."""


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Switch the language of the questions from here on."""

    language: str


Event = Start | Tap | Text | Back | Skip | Stop | Resume | Reopen | ChangeLanguage
