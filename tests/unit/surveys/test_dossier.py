"""Codes, states and ways of filing, as exports write them."""

from datetime import datetime

import pytest

from surveys.dossier import (
    DONE_STATUSES,
    ENDED,
    STAGES,
    STATUS_NAMES,
    Filing,
    Stage,
    Status,
    has_known_form,
    normal_code,
    parse_filing,
    parse_status,
    stage_of,
    status_by_dates,
)


def test_one_code_in_all_its_writings() -> None:
    """Capitals, plain dashes, no spaces."""
    code = "000.17.22.H56-210531-0001"
    writings = [
        " 000.17.22.h56-210531-0001 ",
        "000.17.22.H56–210531–0001",
        "000.17.22.H56 - 210531 - 0001",
    ]
    assert {normal_code(one) for one in [code, *writings]} == {code}


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("000.17.22.H56-210531-0001", True),
        ("H21.17-210531-00012", True),
        ("H56-210531-0001", True),
        ("22.17.000.H56-210531-0001", True),
        ("H26.01.12-250731-123456", True),
        ("H26.A1.12B-250731-0001", True),
        ("M01.234.56-260131-120001", True),
        ("M01.234.56-260131-12AB3C9", True),
        ("M01.234.56-260131-12A3", False),
        ("M01.234.56-260131-A12B", False),
        ("000.17.22.H56-210532-0001", False),
        ("000.17.22.H56-210531-001", False),
        ("HS-2021-17", False),
        ("", False),
    ],
)
def test_the_form_of_a_code(code: str, known: bool) -> None:
    """Unit, a real day, a counter of four digits or more: TT 01/2018/TT-VPCP Điều 19 and after the
    mergers; the owner's two digits and four or more signs: TT 03/2025/TT-VPCP Điều 13."""
    assert has_known_form(code) is known


@pytest.mark.parametrize("status", list(Status))
def test_a_state_by_number_and_by_name(status: Status) -> None:
    """Its number (also as a spreadsheet's 10.0), its Vietnamese name with or without accents."""
    numbers = [] if status is Status.CLOSED_UNFINISHED else [str(int(status)), f"{int(status)}.0"]
    writings = [*numbers, status.name, status.name.lower()]
    for name in [*writings, *STATUS_NAMES[status], STATUS_NAMES[status][0].upper()]:
        assert parse_status(name) is status
    assert parse_status("da tra ket qua") is Status.RETURNED


def test_no_name_stands_for_two_states() -> None:
    """Every name is one state's only."""
    names = [name for names in STATUS_NAMES.values() for name in names]
    assert len({parse_status(name) for name in names}) == len(Status)
    assert [parse_status(name) for name in STATUS_NAMES[Status.NOT_ACCEPTED]] == [
        Status.NOT_ACCEPTED
    ] * 3


@pytest.mark.parametrize("wrong", ["0", "11", "xong rồi", "1.5", "10.00"])
def test_an_unknown_state_is_refused(wrong: str) -> None:
    """Never guessed."""
    with pytest.raises(ValueError, match=wrong):
        parse_status(wrong)


@pytest.mark.parametrize(
    ("written", "filing"),
    [
        ("Trực tiếp", Filing.IN_PERSON),
        ("TRUC TUYEN", Filing.ONLINE),
        ("bcci", Filing.POST),
        ("Bưu chính công ích", Filing.POST),
        ("in_person", Filing.IN_PERSON),
        ("online", Filing.ONLINE),
        ("post", Filing.POST),
    ],
)
def test_ways_of_filing(written: str, filing: Filing) -> None:
    """In Vietnamese or in English."""
    assert parse_filing(written) is filing


def test_an_unknown_way_of_filing_is_refused() -> None:
    """Never guessed."""
    with pytest.raises(ValueError, match="chim bồ câu"):
        parse_filing("chim bồ câu")


def test_every_state_has_its_stage() -> None:
    """What anybody with the code may know is there for all."""
    assert set(STAGES) == set(Status)
    assert STAGES[Status.RETURNED] is Stage.RETURNED


def test_a_state_is_read_from_the_dates_where_none_is_written() -> None:
    """Returned, finished, or still in work."""
    day = datetime(2021, 3, 15)
    assert status_by_dates(day, day) is Status.RETURNED
    assert status_by_dates(None, day) is Status.RETURNED
    assert status_by_dates(day, None) is Status.FINISHED
    assert status_by_dates(None, None) is Status.IN_PROGRESS


@pytest.mark.parametrize("status", list(Status))
def test_a_return_date_means_returned_unless_it_ended_without_a_result(status: Status) -> None:
    """Without one the status alone says how far the dossier is."""
    returned = STAGES[status] if status in ENDED else Stage.RETURNED
    assert stage_of(status, datetime(2021, 5, 10)) is returned
    assert stage_of(status, None) is STAGES[status]


def test_the_statuses_of_a_dossier_that_can_be_asked_about() -> None:
    """National statuses 9 and 10."""
    assert {Status.FINISHED, Status.RETURNED} == DONE_STATUSES
