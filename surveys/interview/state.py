"""The state of an interview: all the engine knows, small enough to store after every event."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from surveys.form_model import BASE_LANGUAGE, Form


class Phase(StrEnum):
    """The phase of an interview."""

    ASKING = "asking"
    OFFER = "offer"
    FINISHED = "finished"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Given:
    """The latest answer to a question; both None: asked and left unanswered."""

    option: str | None
    text: str | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A snapshot of one interview.

    `question` is the one being asked (kept through a stop), None on the offer and after the
    end. `revision` rises with every recorded answer and every step back, so each screen that
    can be tapped has its own. `extended`: the citizen agreed to the questions after the short
    path. `turned`: this person sees the options of turned questions in the reverse order. Times
    are aware datetimes; after `expires_at` nothing more is recorded.
    """

    form: str
    version: str
    language: str
    phase: Phase
    question: str | None
    answers: Mapping[str, Given]
    revision: int
    extended: bool
    started_at: datetime
    updated_at: datetime
    expires_at: datetime
    turned: bool = False

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON values; `from_json` gives the same state back."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        answers = {
            question: {"option": given.option, "text": given.text, "revision": given.revision}
            for question, given in self.answers.items()
        }
        times = {name: plain[name].isoformat() for name in _TIMES}
        return plain | times | {"phase": self.phase.value, "answers": answers}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "State":
        """The state `to_json` wrote; raises KeyError, TypeError or ValueError on anything else."""
        answers = {question: Given(**given) for question, given in plain["answers"].items()}
        times = {name: datetime.fromisoformat(plain[name]) for name in _TIMES}
        read = {"phase": Phase(plain["phase"]), "answers": MappingProxyType(answers)}
        return cls(**(dict(plain) | times | read))


_TIMES = ("started_at", "updated_at", "expires_at")


def is_turned(form_id: str, seed: str) -> bool:
    """Whether the person with this seed sees turned options; the same seed, the same order."""
    return bool(hashlib.sha256(f"{form_id}:{seed}".encode()).digest()[0] & 1)


def new_state(
    form: Form, language: str, now: datetime, lasts: timedelta, seed: str | None = None
) -> State:
    """The state of a new interview at its first question; it expires after `lasts`.

    Without a `seed` the options are in the order of the file.
    """
    return State(
        form=form.id,
        version=form.version,
        language=language if language in form.languages else BASE_LANGUAGE,
        phase=Phase.ASKING,
        question=form.order[0].id,
        answers=MappingProxyType({}),
        revision=0,
        extended=False,
        started_at=now,
        updated_at=now,
        expires_at=now + lasts,
        turned=seed is not None and is_turned(form.id, seed),
    )
