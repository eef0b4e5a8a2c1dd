"""A questionnaire as data: its questions, their order, the languages, the legal basis."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

BASE_LANGUAGE = "vi"
"""The language every text must have; the others fall back to it."""
OFFER = "offer"
"""The name under which the offer's choices (`more`, `done`) are tapped; no question has it."""

FormId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,23}$")]
OptionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Kind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    SCALE = "scale"
    YES_NO = "yes_no"
    TEXT = "text"


class Part(BaseModel):
    """Base of every part of a form: immutable once read, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Option(Part):
    """One answer option. `best`: no reason is asked for after it.

    `no_answer`: "don't remember", "prefer not to say"; never counted as points.
    """

    id: OptionId
    text: dict[Language, Words]
    words: dict[Language, tuple[Words, ...]] = {}
    no_answer: bool = False
    best: bool = False


class Condition(Part):
    """The question is asked only if `question` was answered with one of `among`."""

    question: QuestionId
    among: tuple[OptionId, ...] = Field(alias="in")


class ComplaintRule(Part):
    """Choosing `option` opens a complaint of this kind, to be verified."""

    kind: OptionId
    option: OptionId


class Question(Part):
    """One question. `short`: belongs to the short path, asked before the rest is offered.

    `turned`: half of the people are shown its options in the reverse order, so that neither end
    gains by being the first button.
    """

    id: QuestionId
    kind: Kind
    text: dict[Language, Words]
    options: tuple[Option, ...] = ()
    when: Condition | None = None
    short: bool = False
    turned: bool = False
    criterion: str | None = None
    complaint: ComplaintRule | None = None

    def option(self, option_id: str | None) -> Option | None:
        """The option with this id, or None."""
        return next((option for option in self.options if option.id == option_id), None)

    def shown(self, *, turned: bool) -> "Question":
        """The question with its options in the order a person sees them; `no_answer` stays last."""
        if not (turned and self.turned):
            return self
        said = [option for option in self.options if not option.no_answer]
        silent = [option for option in self.options if option.no_answer]
        return self.model_copy(update={"options": (*reversed(said), *silent)})


class Form(Part):
    """One version of a questionnaire; immutable once published."""

    id: FormId
    version: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    title: dict[Language, Words]
    decision_no: str | None = None
    source: Words
    valid_from: date
    valid_to: date | None = None
    languages: tuple[Language, ...]
    questions: tuple[Question, ...] = Field(min_length=1)

    @cached_property
    def order(self) -> tuple[Question, ...]:
        """The questions as they are asked: the short path first, then the rest."""
        short = tuple(question for question in self.questions if question.short)
        return short + tuple(question for question in self.questions if not question.short)

    @cached_property
    def comment(self) -> Question | None:
        """The question that takes free text: `comment`, else the last text question that is always
        asked.
        """
        texts = [q for q in self.questions if q.kind is Kind.TEXT and q.when is None]
        named = next((q for q in texts if q.id == "comment"), None)
        return named or (texts[-1] if texts else None)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 (hex) of the form's content; comments and layout of the file do not change it."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def question(self, question_id: str | None) -> Question | None:
        """The question with this id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)

    def valid_on(self, day: date) -> bool:
        """Whether an interview may start with the form on this day; both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in this language, or in the base language when it is missing."""
    return texts.get(language) or texts[BASE_LANGUAGE]


def every_text(form: Form) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, str]]]:
    """Each text of the form with its place in the file, e.g. `("questions", 0, "text")`."""
    yield ("title",), form.title
    for number, question in enumerate(form.questions):
        yield ("questions", number, "text"), question.text
        for position, option in enumerate(question.options):
            yield ("questions", number, "options", position, "text"), option.text


def missing_translations(form: Form) -> list[tuple[tuple[str | int, ...], str]]:
    """(place, language) of every text that falls back to the base language."""
    wanted = [language for language in form.languages if language != BASE_LANGUAGE]
    return [
        (place, lang) for place, texts in every_text(form) for lang in wanted if lang not in texts
    ]
