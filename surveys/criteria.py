"""The criteria that a dossier gives evidence for: what each needs, declared once in `CRITERIA`.

Outcomes, the wide evidence row and its index, the rating's counts, the review queue, verification
and explanations all read this table. CONTRIBUTING lists what else a new criterion needs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from surveys import outcomes as rules
from surveys.evidence import Agencies, Conduct, Contacts, Publicity, Timing
from surveys.outcomes import DossierRecord


class Source(StrEnum):
    """What an outcome follows from, besides answers."""

    PROMISED_DAY = "promised_day"
    STEPS = "steps"
    COMPLAINTS = "complaints"


class ReviewReason(StrEnum):
    """Why a dossier is in the review queue."""

    TIMING = "timing"
    """The citizen remembers the promised day otherwise than the system's dates."""
    COMPLAINT = "complaint"
    """A complaint waits for a decision."""
    OWN_FAULT = "own_fault"
    """Several contacts, by the citizen's own mistake as they say."""
    FIELD_CHECK = "field_check"
    """Several bodies, for a field check as they say."""
    DISOWNED = "disowned"
    """The owner says that somebody else answered."""
    CHANGED = "changed"
    """What the dossier shows is no longer what the officer decided about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A question about something the system records too. Its answers never count; they are
    compared with the outcome. `means`: option → the outcome that agrees with it."""

    question: str
    means: Mapping[str, IntEnum]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion that has evidence per dossier.

    `column` of `dossier_evidence` holds the code of an outcome of `codes`, 0 = no evidence;
    `derive` finds it before any verification. `questions` are those it is derived from, `complaint`
    is the kind of complaint that affects it, `review` names the outcomes an officer should look at.
    """

    number: str
    column: str
    codes: type[IntEnum]
    derive: Callable[[DossierRecord], IntEnum]
    sources: frozenset[Source] = frozenset()
    questions: tuple[str, ...] = ()
    complaint: str | None = None
    recalled: Recalled | None = None
    review: Mapping[IntEnum, ReviewReason] = field(default_factory=dict)

    @property
    def outcome_codes(self) -> dict[str, int]:
        """Name → code of every outcome except "no evidence", in the order of the codes."""
        return {code.name.lower(): int(code) for code in self.codes if code}

    @property
    def from_citizens(self) -> bool:
        """Whether citizens' answers decide it, rather than the system's dates alone."""
        return bool(self.questions)


CRITERIA: Mapping[str, Criterion] = {
    one.number: one
    for one in (
        Criterion(
            number="1",
            column="total_time",
            codes=Timing,
            derive=rules.total_time,
            sources=frozenset({Source.PROMISED_DAY}),
            recalled=Recalled(
                question="on_time",
                means={"early": Timing.EARLY, "on_time": Timing.SAME_DAY, "late": Timing.LATE},
            ),
        ),
        Criterion(
            number="2",
            column="step_time",
            codes=Timing,
            derive=rules.step_time,
            sources=frozenset({Source.STEPS}),
        ),
        Criterion(
            number="3",
            column="contacts",
            codes=Contacts,
            derive=rules.contacts,
            questions=("contacts", "contacts_own_fault"),
            review={Contacts.MANY_OWN_FAULT: ReviewReason.OWN_FAULT},
        ),
        Criterion(
            number="4",
            column="agencies",
            codes=Agencies,
            derive=rules.agencies,
            questions=("agencies", "agencies_field_check"),
            review={Agencies.MANY_FIELD_CHECK: ReviewReason.FIELD_CHECK},
        ),
        Criterion(
            number="6",
            column="publicity",
            codes=Publicity,
            derive=rules.publicity,
            questions=("publicity",),
        ),
        Criterion(
            number="7",
            column="conduct",
            codes=Conduct,
            derive=rules.conduct,
            sources=frozenset({Source.PROMISED_DAY, Source.COMPLAINTS}),
            questions=("conduct",),
            complaint="conduct",
        ),
    )
}
"""By number, in the order of the columns. TT 01/2018/TT-VPCP Điều 13."""

FROM_CITIZENS = tuple(number for number, one in CRITERIA.items() if one.from_citizens)
"""The criteria that rest on citizens' answers."""
QUESTIONS = tuple(question for one in CRITERIA.values() for question in one.questions) + tuple(
    one.recalled.question for one in CRITERIA.values() if one.recalled
)
"""The questions whose answers bear on a dossier's outcomes or on the review queue."""
_TIMED = frozenset(Timing.__members__)
BY_COMPLAINT = {one.complaint: one for one in CRITERIA.values() if one.complaint}
"""Kind of complaint → the criterion it bears on."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcome of every criterion, by its number."""

    by_criterion: Mapping[str, IntEnum]

    def of(self, criterion: str) -> IntEnum:
        """The outcome for a criterion of `CRITERIA`."""
        return self.by_criterion[criterion]

    def codes(self) -> dict[str, int]:
        """Column name → code, as the evidence row stores them."""
        return {one.column: int(self.by_criterion[number]) for number, one in CRITERIA.items()}


def outcomes(record: DossierRecord) -> Outcomes:
    """The outcomes that count: an officer's decision replaces what the dossier itself shows."""
    decided = {key: CRITERIA[key].codes(code) for key, code in record.verified.items()}
    return Outcomes({**raw_outcomes(record).by_criterion, **decided})


def raw_outcomes(record: DossierRecord) -> Outcomes:
    """What the dossier shows before any verification."""
    return Outcomes({number: _raw(one, record) for number, one in CRITERIA.items()})


def _raw(criterion: Criterion, record: DossierRecord) -> IntEnum:
    """The outcome; of answers that were cut off, what they showed then, with today's dates."""
    settled = record.settled.get(criterion.number)
    if settled is None:
        return criterion.derive(record)
    kept = criterion.codes(settled)
    follows_dates = Source.PROMISED_DAY in criterion.sources and kept and kept.name in _TIMED
    return criterion.codes[rules.total_time(record).name] if follows_dates else kept


def outcome_name(criterion: str, code: int) -> str:
    """The outcome's name as rulebooks write it, e.g. `many_own_fault`."""
    return CRITERIA[criterion].codes(code).name.lower()
