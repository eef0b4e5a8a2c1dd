"""Random two-tier provinces in the database, against a computation in fractions from raw dossiers.

Units that were merged or split, dossiers that another unit received, that were promised again,
asked for papers again, or ended without a result, under the choices a rulebook has.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from sqlalchemy import insert

from admin.rating.result import RatingResult, read_rating
from scoring.rulebook import find_rulebook, with_choices
from surveys.dossier import Status
from surveys.period import parse_period
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.results import evidence
from tests.integration.rows import add_dossier, add_unit, answer

YEAR = parse_period("2025-01-01..2025-12-31")
CHANGE = date(2025, 6, 30)
CONTACTS = {"none": 2, "once": 1, "many": 0}
PROVINCES, UNITS, DOSSIERS = 4, 6, 25


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A dossier; days are counted from the first promised one."""

    resolver: str
    receiver: str
    done: int
    again: int | None
    asked: int
    waited: int
    ended: bool
    contacts: str | None


@dataclass(frozen=True, kw_only=True)
class Province:
    """Who was merged into whom, who was split into whom, and the dossiers."""

    codes: Sequence[str]
    merged: Mapping[str, str]
    split: Mapping[str, Sequence[str]]
    dossiers: Sequence[Drawn]

    def head(self, code: str) -> str:
        """The unit that counts this one's dossiers."""
        return self.head(self.merged[code]) if code in self.merged else code


def _province(name: str, draw: random.Random) -> Province:
    codes = [f"{name}{number}" for number in range(UNITS)]
    merged, split = dict[str, str](), dict[str, Sequence[str]]()
    for index, code in enumerate(codes[:-2]):
        after = draw.sample(codes[index + 1 :], draw.choice((0, 1, 1, 2)))
        if len(after) == 1:
            merged[code] = after[0]
        elif after:
            split[code] = sorted(after)
    dossiers = [_dossier(codes, draw) for _ in range(DOSSIERS)]
    return Province(codes=codes, merged=merged, split=split, dossiers=dossiers)


def _dossier(codes: Sequence[str], draw: random.Random) -> Drawn:
    return Drawn(
        resolver=(resolver := draw.choice(codes)),
        receiver=draw.choice([resolver, *codes]),
        done=draw.randint(-3, 6),
        again=draw.choice((None, None, 2, 5)),
        asked=draw.choice((0, 0, 1, 2)),
        waited=draw.choice((0, 0, 3)),
        ended=draw.random() < 0.2,
        contacts=draw.choice((None, *CONTACTS)),
    )


async def _store(conn: Connection, province: Province) -> None:
    gone = {*province.merged, *province.split}
    ids: dict[str, int] = {}
    for code in reversed(province.codes):
        after = province.merged.get(code)
        columns = {"successor_id": ids[after] if after else None}
        ended = {"valid_to": CHANGE} if code in gone else {}
        ids[code] = await add_unit(conn, code, **columns, **ended)
    rows = [(ids[code], ids[part]) for code, parts in province.split.items() for part in parts]
    for unit_id, part_id in rows:
        await conn.execute(insert(schema.unit_splits).values(unit_id=unit_id, part_id=part_id))
    made = [
        await _add(conn, ids, one, f"{one.resolver}-{number}")
        for number, one in enumerate(province.dossiers)
    ]
    await evidence.refresh(conn, made)


async def _add(conn: Connection, ids: Mapping[str, int], one: Drawn, code: str) -> int:
    due = datetime(2025, 5, 10, 17)
    done = due + timedelta(days=one.done)
    dossier = await add_dossier(
        conn,
        ids[one.resolver],
        code,
        received_by_id=None if one.receiver == one.resolver else ids[one.receiver],
        received_at=due - timedelta(days=9),
        due_at=due,
        rescheduled_to=None if one.again is None else due + timedelta(days=one.again),
        supplements=one.asked,
        supplement_days=one.waited,
        finished_at=done,
        returned_at=done,
        status=int(Status.WITHDRAWN if one.ended else Status.RETURNED),
    )
    if one.contacts is not None:
        await answer(conn, dossier, "contacts", one.contacts)
    return dossier


def _expected(province: Province, choices: Mapping[str, str]) -> dict[str, tuple[object, ...]]:
    """Unit → points of time with their n, points of contacts with theirs, share not late."""
    apart = choices.get("mergers") == "apart"
    times, contacts = defaultdict[str, list[str]](list), defaultdict[str, list[int]](list)
    for one in province.dossiers:
        if one.ended and choices.get("exclude_states", "ended") == "ended":
            continue
        times[one.resolver if apart else province.head(one.resolver)].append(_time(one, choices))
        if one.contacts is not None:
            desk = one.receiver if apart else province.head(one.receiver)
            contacts[desk].append(CONTACTS[one.contacts])
    worth = {"early": 2, "same_day": 1, "late": 0}
    codes = {code if apart else province.head(code) for code in province.codes}
    return {
        code: (
            _mean([worth[time] for time in times[code]], 1),
            len(times[code]),
            _mean(contacts[code], 1),
            len(contacts[code]),
            _mean([time != "late" for time in times[code]], 6),
        )
        for code in codes
    }


def _time(one: Drawn, choices: Mapping[str, str]) -> str:
    if choices.get("supplements") == "late" and one.asked > 1:
        return "late"
    used = one.done - (one.waited if choices.get("supplement_time") == "subtracted" else 0)
    again = one.again if choices.get("due_basis") == "current" else None
    promised = 0 if again is None else again
    return "early" if used < promised else "same_day" if used == promised else "late"


def _mean(values: Sequence[int], digits: int) -> Decimal | None:
    if not values:
        return None
    exact = Fraction(sum(values), len(values)) * 10**digits
    return Decimal(floor(exact + Fraction(1, 2))).scaleb(-digits)


def _found(result: RatingResult) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The same from the rating; the share where the rulebook shows our own beside."""
    for unit in result.rating.units:
        if unit.scores.keys() >= {"1", "3"}:
            found = [(unit.scores[one].points, unit.scores[one].finding.n) for one in ("1", "3")]
            yield unit.code, (*found[0], *found[1])
            continue
        measure = unit.scores["on_time"].finding.measure
        share = measure and measure.beside
        yield unit.code, (None if share is None else _exactly(share),)


def _exactly(share: Decimal) -> Decimal:
    return Decimal(floor(share * 10**6 + Decimal("0.5"))).scaleb(-6)


CHOICES: Sequence[Mapping[str, str]] = (
    {},
    {"mergers": "apart"},
    {"due_basis": "current"},
    {"exclude_states": "none"},
    {"due_basis": "current", "exclude_states": "none", "mergers": "apart"},
)
PORTAL = {"supplements": "late", "supplement_time": "subtracted", "exclude_states": "none"}


@pytest.mark.parametrize("seed", [pytest.param(one, marks=pytest.mark.soak) for one in range(40)])
async def test_many_provinces(database: Database, seed: int) -> None:
    """The long form of the next."""
    await _compare(database, seed)


async def test_a_province_is_rated_as_fractions_say(sqlite_database: Database) -> None:
    """By who resolved and who received, with successors or apart; no dossier counts twice, and the
    parts of a split unit get nothing of it."""
    await _compare(sqlite_database, 7)


async def _compare(database: Database, seed: int) -> None:
    draw = random.Random(seed)
    provinces = [_province(f"P{number}X", draw) for number in range(PROVINCES)]
    async with database.write() as conn:
        for province in provinces:
            await _store(conn, province)
    tt01, portal = find_rulebook("tt01-2018"), find_rulebook("qd766-2022")
    async with database.read() as conn:
        for choices in CHOICES:
            result = await read_rating(conn, with_choices(tt01, choices), YEAR)
            found = dict(_found(result))
            for province in provinces:
                for code, expected in _expected(province, choices).items():
                    assert found[code] == expected[:4], (code, choices)
            counted = sum(unit.evidence.dossiers for unit in result.rating.units)
            every = [one for province in provinces for one in province.dossiers]
            with_ended = choices.get("exclude_states") == "none"
            assert counted == sum(with_ended or not one.ended for one in every)
        for choices in ({}, {"due_basis": "current", "mergers": "apart"}):
            result = await read_rating(conn, with_choices(portal, choices), YEAR)
            found = dict(_found(result))
            for province in provinces:
                for code, expected in _expected(province, PORTAL | choices).items():
                    assert found[code] == expected[4:], (code, choices)
