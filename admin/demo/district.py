"""The sample district: its printed figures, and dossiers generated from them deterministically."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from surveys.period import Period, parse_period

FOLDER = Path(__file__).parent / "an_lao"
PERIOD = parse_period("2020")
CODE_PREFIX = "000.00"
SAME_DAY = {"huyen": 7, "xa": 20}
"""The number of dossiers per level that the report counts as finished on the due date itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures the report prints for one unit."""

    code: str
    name: str
    level: str
    block: str
    received: int
    on_time: int
    late: int
    pending: int
    online: int

    @property
    def gap(self) -> int:
        """By how much the parts exceed the received total; 0 if the report adds up."""
        return self.on_time + self.late + self.pending - self.received

    @property
    def on_time_used(self) -> int:
        """Dossiers generated as on time, so that the received total is kept."""
        return self.on_time - self.gap


def read_figures() -> list[Figures]:
    """The district's units, ordered by code."""
    with (FOLDER / "figures.csv").open(encoding="utf-8", newline="") as stream:
        return [_figures(row) for row in csv.DictReader(stream)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Which of a unit's dossiers, by number, are late, finished the same day, or filed online."""

    late: frozenset[int]
    same_day: frozenset[int]
    online: frozenset[int]


def dossiers(figures: Figures, period: Period = PERIOD) -> Iterator[dict[str, Any]]:
    """One row per dossier, with the columns of `motcua dossiers import`.

    Days of receipt are spread evenly over the period; pending dossiers are received last.
    """
    chance = Random(figures.code)  # noqa: S311 - repeatable, not secret
    lots = _lots(figures)
    counter: dict[date, int] = {}
    for index in range(figures.received):
        received = _received(index, figures.received, period, chance)
        counter[received.date()] = counter.get(received.date(), 0) + 1
        yield {
            "code": _code(figures.code, received.date(), counter[received.date()]),
            "unit": figures.code,
            "procedure": chance.choice(_procedures(figures)),
            "channel": "online" if index in lots.online else "in_person",
            "received_at": received,
            **_course(figures, index, received, lots, chance),
        }


def facts() -> Iterator[dict[str, str]]:
    """The assumed unit facts, with the columns of `motcua facts import`."""
    known: dict[str, Any] = yaml.safe_load((FOLDER / "facts.yaml").read_text("utf-8"))
    for unit in read_figures():
        if not unit.received:
            continue
        for fact, value in known[unit.level].items():
            period = known["period"]
            yield {"unit": unit.code, "period": period, "fact": fact, "value": value}


def _course(
    figures: Figures, index: int, received: datetime, lots: Lots, chance: Random
) -> dict[str, Any]:
    """Due, finish and return dates, and the status that follows from them."""
    if index >= figures.on_time_used + figures.late:
        due = datetime.combine(PERIOD.end + timedelta(days=chance.randint(2, 12)), time(17))
        return {"due_at": due, "finished_at": None, "returned_at": None, "status": 4}
    allowed = chance.randint(3, 15)
    due = received.replace(hour=17, minute=0) + timedelta(days=allowed)
    last_day = datetime.combine(PERIOD.end, time(16, 30))
    if index in lots.late:
        due = min(due, last_day - timedelta(days=1))
    finished = min(_finished(index, due, allowed, lots, chance), last_day)
    return {"due_at": due, "finished_at": finished, "returned_at": finished, "status": 10}


def _finished(index: int, due: datetime, allowed: int, lots: Lots, chance: Random) -> datetime:
    if index in lots.late:
        return due + timedelta(days=chance.randint(1, 9), hours=-2)
    if index in lots.same_day:
        return due.replace(hour=15)
    return due.replace(hour=10) - timedelta(days=chance.randint(1, allowed - 1))


def _lots(figures: Figures) -> Lots:
    resolved = figures.on_time_used + figures.late
    late = _spread(figures.late, resolved)
    on_time = [index for index in range(resolved) if index not in late]
    same_day = _spread(_same_day_count(figures), len(on_time))
    return Lots(
        late=late,
        same_day=frozenset(on_time[nth] for nth in same_day),
        online=_spread(figures.online, figures.received),
    )


def _same_day_count(figures: Figures) -> int:
    """This unit's proportional share of its level's dossiers finished the same day."""
    before, level = 0, [unit for unit in read_figures() if unit.level == figures.level]
    marks = _spread(SAME_DAY[figures.level], sum(unit.on_time_used for unit in level))
    for unit in level:
        if unit.code == figures.code:
            break
        before += unit.on_time_used
    return sum(before <= mark < before + figures.on_time_used for mark in marks)


def _received(index: int, total: int, period: Period, chance: Random) -> datetime:
    """Day of receipt: the first dossier on the first day, the last late enough to be pending."""
    days = (period.end - period.start).days - 4
    day = period.start + timedelta(days=index * days // max(total, 1))
    return datetime.combine(day, time(chance.randint(7, 16), chance.randint(0, 59)))


def _spread(count: int, total: int) -> frozenset[int]:
    """`count` numbers below `total`, evenly spaced."""
    return frozenset((2 * nth + 1) * total // (2 * count) for nth in range(count))


def _code(unit: str, received: date, nth: int) -> str:
    number = int(unit[-2:]) + (50 if unit[3] == "X" else 0)
    return f"{CODE_PREFIX}.{number:02d}.H00-{received:%y%m%d}-{nth:04d}"


def _procedures(figures: Figures) -> list[str]:
    names = _procedure_names()
    return names.get(figures.code, names["xa"])


@cache
def _procedure_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = yaml.safe_load((FOLDER / "procedures.yaml").read_text("utf-8"))
    return names


def _figures(row: dict[str, str]) -> Figures:
    numbers = {
        name: int(row[name]) for name in ("received", "on_time", "late", "pending", "online")
    }
    texts = {name: row[name] for name in ("code", "name", "level", "block")}
    return Figures(**texts, **numbers)  # type: ignore[arg-type]
