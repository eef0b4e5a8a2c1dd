"""A year of a province, laid straight into the tables: dossiers, responses, nine answers each.

The evidence rows are those the answers lead to; `find_disagreements` proves it on small ones.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Protocol

import asyncpg

from surveys.evidence import Agencies, Conduct, Contacts, Publicity, Timing
from surveys.period import Period

UNITS = 1_000
YEAR = Period(id="2021", start=date(2020, 12, 15), end=date(2021, 12, 14))
QUARTERS = 4
OPTIONS = {
    "satisfaction": ("very", "satisfied", "unsatisfied"),
    "on_time": ("early", "on_time", "late"),
    "contacts": ("none", "once", "many"),
    "agencies": ("none", "one_stop", "many"),
    "publicity": ("both", "one", "poor"),
    "conduct": ("no", "no", "yes"),
    "complaint": ("none", "answered_on_time", "answered_late"),
    "extra_cost": ("no", "decline", "yes"),
    "filing": ("in_person", "online_self", "post"),
}
"""Nine questions; an answer is drawn as 0, 1 or 2 of its options."""
LIKELY = (0,) * 70 + (1,) * 25 + (2,) * 5
Row = tuple[Any, ...]


class Store(Protocol):
    """Where rows are laid."""

    async def copy(self, table: str, columns: Sequence[str], rows: Iterator[Row]) -> None:
        """Add rows."""

    def moment(self, day: datetime) -> object:
        """A civil time as the database takes it."""

    def day(self, day: date) -> object:
        """A day as the database takes it."""


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """A file, written without the product."""

    conn: sqlite3.Connection

    async def copy(self, table: str, columns: Sequence[str], rows: Iterator[Row]) -> None:
        """Add rows."""
        marks = ", ".join("?" for _ in columns)
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - ours
        self.conn.executemany(insert, rows)

    def moment(self, day: datetime) -> object:
        """As SQLAlchemy writes it."""
        return f"{day:%Y-%m-%d %H:%M:%S}.000000"

    def day(self, day: date) -> object:
        """As SQLAlchemy writes it."""
        return day.isoformat()


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """A database, filled by COPY."""

    conn: "asyncpg.Connection[Any]"

    async def copy(self, table: str, columns: Sequence[str], rows: Iterator[Row]) -> None:
        """Add rows."""
        await self.conn.copy_records_to_table(table, records=rows, columns=list(columns))

    def moment(self, day: datetime) -> object:
        """As it is."""
        return day

    def day(self, day: date) -> object:
        """As it is."""
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One dossier of the year: when it was returned, how late, what was answered."""

    number: int
    unit_id: int
    returned: datetime
    late_by: int
    answers: tuple[int, ...]

    @property
    def timing(self) -> Timing:
        """Against the promised day."""
        return (Timing.EARLY, Timing.SAME_DAY, Timing.LATE)[self.late_by + 1]

    def evidence(self) -> tuple[int, ...]:
        """The codes, in the order of the columns."""
        said = dict(zip(OPTIONS, self.answers, strict=True))
        complaint = OPTIONS["conduct"][said["conduct"]] == "yes"
        return (
            int(self.timing),
            0,
            int(Contacts(said["contacts"] + 1)),
            int(Agencies(said["agencies"] + 1)),
            int(Publicity(said["publicity"] + 1)),
            int(Conduct.COMPLAINT if complaint else Conduct[self.timing.name]),
            1,
        )


def cases(count: int, *, seed: int = 7) -> Iterator[Case]:
    """Dossiers spread over the days of the year and the units."""
    luck = Random(seed)
    days = (YEAR.end - YEAR.start).days + 1
    first = datetime.combine(YEAR.start, datetime.min.time()) + timedelta(hours=9)
    drawn = luck.choices(LIKELY, k=9 * 1_009)
    for number in range(count):
        start = (number * 9) % len(drawn)
        yield Case(
            number=number + 1,
            unit_id=number % UNITS + 1,
            returned=first + timedelta(days=(number * 7_919) % days),
            late_by=luck.choice((-1, -1, -1, 0, 0, 1)),
            answers=tuple(drawn[start : start + 9]),
        )


async def lay(store: Store, count: int, *, answered: bool = True) -> None:
    """Lay `count` dossiers; with `answered` False only what a rating reads."""
    units = ((n, f"U{n:04}", f"Unit {n}", f"unit {n}", "xa", "xa") for n in range(1, UNITS + 1))
    await store.copy("units", ("id", "code", "name", "name_key", "level", "block"), units)
    for table, columns, row in _tables(store):
        if answered or table in {"dossiers", "dossier_evidence"}:
            await store.copy(table, columns, (row(case) for case in cases(count)))
    if answered:
        rows = (row for case in cases(count) for row in _answers(store, case))
        columns = ("response_id", "question", "revision", "option", "answered_at", "latest")
        await store.copy("answers", columns, rows)


def _tables(store: Store) -> Iterator[tuple[str, tuple[str, ...], Callable[[Case], Row]]]:
    codes = ("total_time", "step_time", "contacts", "agencies", "publicity", "conduct", "answered")
    dates = ("received_at", "due_at", "finished_at", "returned_at")
    known = ("unit_id", "returned_on", "received_on", "online")

    def dossier(case: Case) -> Row:
        back = store.moment(case.returned)
        due = store.moment(case.returned - timedelta(days=case.late_by))
        received = store.moment(case.returned - timedelta(days=5))
        channel = "online" if case.number % 4 == 0 else "in_person"
        return (
            case.number,
            f"D{case.number}",
            case.unit_id,
            channel,
            10,
            received,
            due,
            back,
            back,
        )

    def evidence(case: Case) -> Row:
        received = store.day(case.returned.date() - timedelta(days=5))
        returned = store.day(case.returned.date())
        online = int(case.number % 4 == 0)
        return (case.number, case.unit_id, returned, received, online, *case.evidence())

    def response(case: Case) -> Row:
        at = store.moment(case.returned.replace(tzinfo=_zone(store)))
        return (case.number, case.number, "phieu5", "1", "web", at, True, False)

    yield "dossiers", ("id", "code", "unit_id", "channel", "status", *dates), dossier
    yield "dossier_evidence", ("dossier_id", *known, *codes), evidence
    kept = ("form", "form_version", "channel", "answered_at", "valid", "simulated")
    yield "responses", ("id", "dossier_id", *kept), response


def _answers(store: Store, case: Case) -> Iterator[Row]:
    at = store.moment(case.returned.replace(tzinfo=_zone(store)))
    for place, (question, chosen) in enumerate(zip(OPTIONS, case.answers, strict=True), start=1):
        yield (case.number, question, place, OPTIONS[question][chosen], at, True)


def _zone(store: Store) -> Any:  # noqa: ANN401 - a time zone, or none
    return UTC if isinstance(store, PostgresStore) else None
