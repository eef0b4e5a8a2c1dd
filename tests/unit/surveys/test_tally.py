"""Tallies are complete, and what is published names nobody."""

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.form import shipped_forms
from surveys.tally import (
    Cell,
    Reach,
    complete,
    complete_reach,
    hide_follow_ups,
    hide_small,
    hide_small_reach,
    quota,
)

PHIEU5 = next(form for form in shipped_forms() if form.id == "phieu5")


def _cell(option: str, count: int, group: str = "XA01", question: str = "satisfaction") -> Cell:
    return Cell(group=(group,), form="phieu5", question=question, option=option, count=count)


def test_options_nobody_chose_are_zero() -> None:
    """Every group has every option of every question, in the form's order."""
    cells = complete([_cell("satisfied", 3)], [("XA01",), ("XA02",)], [PHIEU5])
    options = sum(len(question.options) for question in PHIEU5.questions)
    assert len(cells) == 2 * options
    assert [(c.option, c.count) for c in cells[:3]] == [
        ("very", 0),
        ("satisfied", 3),
        ("unsatisfied", 0),
    ]
    assert sum(cell.count or 0 for cell in cells) == 3


def test_what_was_counted_is_never_lost() -> None:
    """An option of an older version and a unit that is gone keep their rows."""
    cells = complete([_cell("quite", 2, group="CŨ")], [("XA01",)], [PHIEU5])
    assert [c for c in cells if c.count] == [_cell("quite", 2, group="CŨ")]
    assert {c.group for c in cells} == {("XA01",), ("CŨ",)}


def test_every_group_has_its_reach() -> None:
    """A unit that returned nothing is a row of zeros."""
    rows = complete_reach([Reach(group=("B",), returned=4)], [("A",), ("B",)])
    assert [(row.group, row.returned) for row in rows] == [(("A",), 0), (("B",), 4)]


def test_the_quota_is_rounded_up() -> None:
    """10 % of 5.658 dossiers is 566 responses (Tuy Phong 2015); of 2.024 it is 203."""
    assert (quota(5658, 10), quota(2024, 10), quota(2717, 10)) == (566, 203, 272)
    assert (quota(10, 10), quota(0, 10), quota(10, 0)) == (1, 0, 0)
    assert Reach(group=(), returned=5658, valid=850).meets(10)
    assert Reach(group=(), returned=2024, valid=150).meets(10) is False
    assert Reach(group=(), returned=0, valid=0).meets(10) is None


def test_small_cells_are_hidden_and_cannot_be_reckoned_back() -> None:
    """One hidden cell would be the total less the rest; so a second one goes with it."""
    shown = hide_small([_cell("very", 40), _cell("satisfied", 9), _cell("unsatisfied", 2)], 5)
    assert [cell.count for cell in shown] == [40, None, None]
    large = hide_small([_cell("very", 40), _cell("satisfied", 9), _cell("unsatisfied", 7)], 5)
    assert [cell.count for cell in large] == [40, 9, 7]


def test_a_follow_up_question_does_not_tell_a_hidden_count() -> None:
    """Three came once more, twenty often: those twenty were asked whose fault it was."""
    counts = {"none": 50, "once": 3, "many": 20}
    contacts = [_cell(one, n, question="contacts") for one, n in counts.items()]
    fault = [_cell(one, 10, question="contacts_own_fault") for one in ("yes", "no")]
    other = [_cell("yes", 10, group="XA02", question="contacts_own_fault")]
    shown = hide_follow_ups(hide_small([*contacts, *fault, *other], 5), [PHIEU5])
    assert [cell.count for cell in shown] == [50, None, None, None, None, 10]


def test_nobody_is_hidden_too() -> None:
    """Published tallies print nothing below the limit, 0 included."""
    shown = hide_small([_cell("very", 40), _cell("satisfied", 0)], 5)
    assert [cell.count for cell in shown] == [40, None]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(2, 8))
def test_hidden_cells_keep_their_secret(counts: list[int], below: int) -> None:
    """Nothing below the limit is shown, and hidden people are never one cell alone or too few,
    unless the whole question is hidden."""
    cells = [_cell(str(number), count) for number, count in enumerate(counts)]
    shown = hide_small(cells, below)
    hidden = [was.count or 0 for was, now in zip(cells, shown, strict=True) if now.count is None]
    assert all(cell.count >= below for cell in shown if cell.count is not None)
    if any(hidden) and len(hidden) < len(counts):
        assert len(hidden) > 1
        assert sum(hidden) >= below


def test_few_responses_are_hidden() -> None:
    """How many answered is published only where they are many."""
    (few, many) = hide_small_reach(
        [
            Reach(group=("A",), returned=50, answered=4, valid=3),
            Reach(group=("B",), returned=50, answered=40, valid=30),
        ],
        5,
    )
    assert (few.returned, few.answered, few.valid) == (50, None, None)
    assert (many.answered, many.valid) == (40, 30)
