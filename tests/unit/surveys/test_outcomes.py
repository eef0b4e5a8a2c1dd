"""The rules from a dossier to its outcomes (TT 01/2018 Điều 13), one sentence a test."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.criteria import CRITERIA, outcomes, raw_outcomes
from surveys.evidence import Agencies, Conduct, Contacts, Publicity, Timing
from surveys.outcomes import AgencyStep, ComplaintState, DossierRecord, Given, worst

NOON = datetime(2021, 5, 10, 12, 0)
DAY = timedelta(days=1)
ASKED = datetime(2021, 6, 1, tzinfo=UTC)
STATES = [*ComplaintState, None]


def _given(question: str, option: str | None, *, response: int = 1, hours: int = 0) -> Given:
    return Given(
        response_id=response,
        question=question,
        option=option,
        answered_at=ASKED + timedelta(hours=hours),
    )


def _answers(**said: str | None) -> tuple[Given, ...]:
    return tuple(_given(question, option) for question, option in said.items())


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        (NOON - DAY, Timing.EARLY),
        (NOON.replace(hour=0), Timing.SAME_DAY),
        (NOON.replace(hour=23, minute=59), Timing.SAME_DAY),
        (NOON + DAY, Timing.LATE),
        (NOON.replace(hour=0) + DAY, Timing.LATE),
    ],
)
def test_the_promised_day_is_compared_by_day(finished: datetime, expected: Timing) -> None:
    """Hours do not matter: the same day is on time, whatever the hour."""
    assert raw_outcomes(DossierRecord(due_at=NOON, finished_at=finished)).of("1") is expected


def test_the_day_of_finishing_comes_before_the_day_of_return() -> None:
    """A result that waited to be fetched was not late; without a finish the return counts."""
    fetched = DossierRecord(due_at=NOON, finished_at=NOON, returned_at=NOON + DAY)
    assert raw_outcomes(fetched).of("1") is Timing.SAME_DAY
    unknown = DossierRecord(due_at=NOON, returned_at=NOON + DAY)
    assert raw_outcomes(unknown).of("1") is Timing.LATE


def test_no_promise_and_no_result_are_different_things() -> None:
    """A dossier without a promised day is one outcome, an unfinished one is no evidence."""
    assert raw_outcomes(DossierRecord(returned_at=NOON)).of("1") is Timing.NO_DUE_DATE
    assert raw_outcomes(DossierRecord(due_at=NOON)).of("1") is Timing.MISSING


def test_a_dossier_gets_its_worst_step() -> None:
    """One late agency makes the dossier late; open steps and steps without a date say nothing."""
    late, same = (AgencyStep(due_at=NOON, finished_at=NOON + DAY * days) for days in (1, 0))
    undated, unfinished = (
        AgencyStep(due_at=None, finished_at=NOON),
        AgencyStep(due_at=NOON, finished_at=None),
    )
    assert raw_outcomes(DossierRecord(steps=(same, late, undated))).of("2") is Timing.LATE
    assert raw_outcomes(DossierRecord(steps=(unfinished, same, undated))).of("2") is Timing.SAME_DAY
    assert raw_outcomes(DossierRecord(steps=(unfinished,))).of("2") is Timing.MISSING
    assert raw_outcomes(DossierRecord(steps=(unfinished, undated))).of("2") is Timing.NO_DUE_DATE
    assert worst([]) is Timing.MISSING


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, Contacts.MISSING),
        ({"contacts": None}, Contacts.MISSING),
        ({"contacts": "a form of tomorrow"}, Contacts.MISSING),
        ({"contacts": "none"}, Contacts.NONE),
        ({"contacts": "once", "contacts_own_fault": "yes"}, Contacts.ONCE),
        ({"contacts": "many"}, Contacts.MANY),
        ({"contacts": "many", "contacts_own_fault": "no"}, Contacts.MANY),
        ({"contacts": "many", "contacts_own_fault": "yes"}, Contacts.MANY_OWN_FAULT),
    ],
)
def test_contacts_and_whose_fault(said: dict[str, str | None], expected: Contacts) -> None:
    """The flag matters only after "many"."""
    assert raw_outcomes(DossierRecord(answers=_answers(**said))).of("3") is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"agencies": "one_stop", "agencies_field_check": "yes"}, Agencies.ONE_STOP),
        ({"agencies": "many"}, Agencies.MANY),
        ({"agencies": "many", "agencies_field_check": "yes"}, Agencies.MANY_FIELD_CHECK),
        ({"agencies_field_check": "yes"}, Agencies.MISSING),
    ],
)
def test_agencies_and_field_checks(said: dict[str, str | None], expected: Agencies) -> None:
    """A field check allows one more body, and only then."""
    assert raw_outcomes(DossierRecord(answers=_answers(**said))).of("4") is expected


def test_not_noticing_is_no_evidence_of_publicity() -> None:
    """ "Tôi không để ý" is an answer, and no evidence."""
    assert raw_outcomes(DossierRecord(answers=_answers(publicity="poor"))).of("6") is Publicity.POOR
    assert (
        raw_outcomes(DossierRecord(answers=_answers(publicity="unknown"))).of("6")
        is Publicity.MISSING
    )


@pytest.mark.parametrize("state", STATES)
def test_a_complaint_counts_until_it_is_refuted_or_withdrawn(
    state: ComplaintState | None,
) -> None:
    """Answered yes: a complaint, unless the authority refuted it or the citizen took it back."""
    complaints = {} if state is None else {1: state}
    case = DossierRecord(
        due_at=NOON,
        finished_at=NOON,
        answers=_answers(conduct="yes"),
        conduct_complaints=complaints,
    )
    gone = state in {ComplaintState.REFUTED, ComplaintState.WITHDRAWN}
    assert raw_outcomes(case).of("7") is (Conduct.SAME_DAY if gone else Conduct.COMPLAINT)


def test_an_upheld_complaint_outlives_a_change_of_mind() -> None:
    """What the authority found true stays, whatever is answered later."""
    case = DossierRecord(
        answers=_answers(conduct="no"), conduct_complaints={1: ComplaintState.UPHELD}
    )
    assert raw_outcomes(case).of("7") is Conduct.COMPLAINT


@pytest.mark.parametrize(
    ("due", "expected"),
    [(NOON + DAY, Conduct.EARLY), (NOON - DAY, Conduct.LATE), (None, Conduct.NO_DUE_DATE)],
)
def test_without_a_complaint_the_time_decides_conduct(
    due: datetime | None, expected: Conduct
) -> None:
    """Chỉ số 7 joins conduct and time."""
    case = DossierRecord(due_at=due, finished_at=NOON, answers=_answers(conduct="no"))
    assert raw_outcomes(case).of("7") is expected


def test_silence_about_conduct_is_missing() -> None:
    """No answer is neither good nor bad conduct."""
    case = DossierRecord(due_at=NOON, finished_at=NOON, answers=_answers(contacts="none"))
    assert raw_outcomes(case).of("7") is Conduct.MISSING


def test_of_several_forms_the_last_answer_counts() -> None:
    """The later response wins question by question, with its own follow-up only."""
    early = _given("contacts", "many"), _given("contacts_own_fault", "yes")
    late = _given("contacts", "many", response=2, hours=1)
    silent = _given("agencies", None, response=2, hours=1)
    case = DossierRecord(answers=(*early, late, _given("agencies", "none"), silent))
    assert raw_outcomes(case).of("3") is Contacts.MANY
    assert raw_outcomes(case).of("4") is Agencies.NONE


def test_a_refuted_complaint_frees_only_its_own_response() -> None:
    """Another citizen's form about the same dossier keeps its own complaint."""
    said = (_given("conduct", "yes"), _given("conduct", "yes", response=2, hours=1))
    refuted = ComplaintState.REFUTED
    free = DossierRecord(
        due_at=NOON, finished_at=NOON, answers=said, conduct_complaints={2: refuted}
    )
    bound = DossierRecord(
        due_at=NOON, finished_at=NOON, answers=said, conduct_complaints={1: refuted}
    )
    assert raw_outcomes(free).of("7") is Conduct.SAME_DAY
    assert raw_outcomes(bound).of("7") is Conduct.COMPLAINT


def test_the_officers_decision_counts() -> None:
    """A verified outcome replaces the raw one, a refused one (0) leaves no evidence."""
    case = DossierRecord(
        due_at=NOON,
        finished_at=NOON + DAY,
        answers=_answers(contacts="many"),
        verified={"1": Timing.SAME_DAY, "3": 0},
    )
    nothing = dict.fromkeys(CRITERIA, 0)
    assert outcomes(case).by_criterion == nothing | {"1": Timing.SAME_DAY}
    assert raw_outcomes(case).by_criterion == nothing | {"1": Timing.LATE, "3": Contacts.MANY}
    assert outcomes(case).codes() == {
        one.column: Timing.SAME_DAY if one.number == "1" else 0 for one in CRITERIA.values()
    }


MOMENTS = st.none() | st.datetimes(datetime(2021, 5, 1), datetime(2021, 5, 4))


@given(due=MOMENTS, finished=MOMENTS, returned=MOMENTS)
def test_no_outcome_depends_on_the_hour(
    due: datetime | None, finished: datetime | None, returned: datetime | None
) -> None:
    """Imports derive the outcomes of new dossiers once for all with the same days."""
    exact = DossierRecord(due_at=due, finished_at=finished, returned_at=returned)
    days = [moment and datetime.combine(moment, time()) for moment in (due, finished, returned)]
    cut = DossierRecord(due_at=days[0], finished_at=days[1], returned_at=days[2])
    assert outcomes(exact).codes() == outcomes(cut).codes()
