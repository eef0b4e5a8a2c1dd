"""One rule per criterion: derives the outcome from the record of one dossier; no points, no clock.

TT 01/2018/TT-VPCP Điều 13 defines the evidence; the rulebook gives points to outcomes. Missing data
is MISSING, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TypeVar

from surveys.evidence import Agencies, Conduct, Contacts, Publicity, Timing


class ComplaintState(StrEnum):
    """The state of a citizen's complaint."""

    PENDING = "pending"
    UPHELD = "upheld"
    REFUTED = "refuted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyStep:
    """The work of one agency on a dossier (chỉ số 2); civil times of the authority."""

    due_at: datetime | None
    finished_at: datetime | None
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A question's last answer within one response; `option` None: withdrawn, or text only."""

    response_id: int
    question: str
    option: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRecord:
    """Everything that the outcomes of one dossier are derived from.

    `conduct_complaints` are the states of complaints about conduct by response;
    `verified` the officer's last decisions by criterion (outcome codes, 0 = refused). `settled` are
    the outcomes, by criterion, of answers that were cut off from the dossier. `days_left_out` of
    the total time do not count, and `late_anyway` makes a finished dossier late whatever its days:
    what a rulebook says of supplements (`surveys.measuring`).
    """

    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    steps: tuple[AgencyStep, ...] = ()
    answers: tuple[Given, ...] = ()
    conduct_complaints: Mapping[int, ComplaintState] = field(default_factory=dict)
    verified: Mapping[str, int] = field(default_factory=dict)
    settled: Mapping[str, int] = field(default_factory=dict)
    days_left_out: int = 0
    late_anyway: bool = False


def total_time(record: DossierRecord) -> Timing:
    """Chỉ số 1: the day it was finished, else returned, compared with the promised day."""
    done = record.finished_at or record.returned_at
    if done is None:
        return Timing.MISSING
    if record.late_anyway:
        return Timing.LATE
    return timing(record.due_at, done - timedelta(days=record.days_left_out))


def step_time(record: DossierRecord) -> Timing:
    """Chỉ số 2: the worst of the agencies that took part."""
    return worst(timing(step.due_at, step.finished_at) for step in record.steps)


def contacts(record: DossierRecord) -> Contacts:
    """Chỉ số 3: how often the citizen had to come back, and whether by their own mistake."""
    given = _last(record.answers, "contacts")
    if _is(given, "many") and _followed(record.answers, given, "contacts_own_fault"):
        return Contacts.MANY_OWN_FAULT
    return _named(Contacts, given)


def agencies(record: DossierRecord) -> Agencies:
    """Chỉ số 4: how many bodies had to be contacted, and whether for a field check."""
    given = _last(record.answers, "agencies")
    if _is(given, "many") and _followed(record.answers, given, "agencies_field_check"):
        return Agencies.MANY_FIELD_CHECK
    return _named(Agencies, given)


def publicity(record: DossierRecord) -> Publicity:
    """Chỉ số 6 as the citizen saw it; "did not notice" is no evidence."""
    return _named(Publicity, _last(record.answers, "publicity"))


def conduct(record: DossierRecord) -> Conduct:
    """Chỉ số 7. An upheld complaint counts whatever is answered later; a "yes" counts until it is
    refuted or withdrawn; otherwise the time decides."""
    given, states = _last(record.answers, "conduct"), record.conduct_complaints
    if ComplaintState.UPHELD in states.values():
        return Conduct.COMPLAINT
    if given is None or given.option not in {"yes", "no"}:
        return Conduct.MISSING
    open_states = {None, ComplaintState.PENDING}
    if given.option == "yes" and states.get(given.response_id) in open_states:
        return Conduct.COMPLAINT
    return Conduct[total_time(record).name]


def timing(due_at: datetime | None, done_at: datetime | None) -> Timing:
    """Compare by day; a dossier that is not finished has no evidence."""
    if done_at is None:
        return Timing.MISSING
    if due_at is None:
        return Timing.NO_DUE_DATE
    if done_at.date() == due_at.date():
        return Timing.SAME_DAY
    return Timing.EARLY if done_at.date() < due_at.date() else Timing.LATE


_WORST_FIRST = (Timing.LATE, Timing.SAME_DAY, Timing.EARLY, Timing.NO_DUE_DATE)


def worst(timings: Iterable[Timing]) -> Timing:
    """The dossier's timing over its steps: the worst known one."""
    if not (known := set(timings)):
        return Timing.MISSING
    return next((timing for timing in _WORST_FIRST if timing in known), Timing.MISSING)


def _last(answers: Sequence[Given], question: str) -> Given | None:
    """The answer that counts if several forms asked the same question: the last one given."""
    if not answers:
        return None
    given = [one for one in answers if one.question == question and one.option is not None]
    return max(given, key=lambda one: (one.answered_at, one.response_id), default=None)


def _followed(answers: Iterable[Given], parent: Given | None, question: str) -> bool:
    """Whether the follow-up of `parent`, in the same response, was answered with yes."""
    return any(
        one.question == question and one.option == "yes"
        for one in answers
        if parent is not None and one.response_id == parent.response_id
    )


def _is(given: Given | None, option: str) -> bool:
    return given is not None and given.option == option


Kind = TypeVar("Kind", Contacts, Agencies, Publicity)

_CODES: Mapping[type[IntEnum], Mapping[str, int]] = {
    kind: {code.name.lower(): int(code) for code in kind if code}
    for kind in (Contacts, Agencies, Publicity)
}


def _named(kind: type[Kind], given: Given | None) -> Kind:
    if given is None:
        return kind.MISSING
    return kind(_CODES[kind].get(given.option or "", 0))
