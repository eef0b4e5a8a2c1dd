"""The sample dossiers count to what the report of An Lão prints, unit by unit."""

from collections import Counter

import pytest

from admin.demo.district import PERIOD, SAME_DAY, Figures, dossiers, read_figures

UNITS = read_figures()


def _counts(figures: Figures) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in dossiers(figures):
        counts["received"] += PERIOD.start <= row["received_at"].date() <= PERIOD.end
        counts["online"] += row["channel"] == "online"
        counts[_outcome(row)] += 1
    return counts


def _outcome(row: dict) -> str:  # type: ignore[type-arg]
    if row["returned_at"] is None:
        return "pending"
    assert PERIOD.start <= row["returned_at"].date() <= PERIOD.end
    assert row["received_at"] <= row["finished_at"]
    finished, due = row["finished_at"].date(), row["due_at"].date()
    return "late" if finished > due else "same_day" if finished == due else "early"


@pytest.mark.parametrize("figures", UNITS, ids=lambda unit: unit.code)
def test_dossiers_count_to_the_printed_figures(figures: Figures) -> None:
    """Received, late, pending and online are the printed ones; on time is what they leave."""
    counts = _counts(figures)
    assert counts["received"] == figures.received
    assert counts["late"] == figures.late
    assert counts["pending"] == figures.pending
    assert counts["online"] == figures.online
    on_time = counts["early"] + counts["same_day"]
    assert on_time == figures.received - figures.late - figures.pending
    assert (on_time == figures.on_time) == (figures.gap == 0)


def test_the_district_is_the_printed_one() -> None:
    """22 units, 15.121 dossiers; the seven units whose parts do not add up are the known ones."""
    assert len(UNITS) == 22
    assert sum(unit.received for unit in UNITS) == 15_121
    gaps = {unit.code: unit.gap for unit in UNITS if unit.gap}
    assert gaps == {
        "AL-P03": 3, "AL-P04": 3, "AL-P06": 1, "AL-P07": 2, "AL-P08": 13, "AL-X05": 6, "AL-X10": 1,
    }  # fmt: skip


def test_on_the_day_and_codes() -> None:
    """Each level has its printed number of dossiers done on the day, and no code occurs twice."""
    same_day: Counter[str] = Counter()
    codes: list[str] = []
    for figures in UNITS:
        rows = list(dossiers(figures))
        same_day[figures.level] += sum(_outcome(row) == "same_day" for row in rows)
        codes += [row["code"] for row in rows]
    assert same_day == SAME_DAY
    assert len(codes) == len(set(codes))


def test_the_same_every_time() -> None:
    """Two runs make the same dossiers."""
    assert list(dossiers(UNITS[0])) == list(dossiers(UNITS[0]))
