"""A district drawn from a seed: units, dossiers, steps, answers, facts and scores, as they are.

Every kind of unit and every hard case of design.md is in it; nothing here knows the product.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from tests.acceptance.support.form import drawn_choices

PERIODS = ("2021-Q2", "2020", "2021-03-10..2021-04-30")
"""One of each form a period may take."""
EDGES = tuple(
    datetime.fromisoformat(moment)
    for moment in (
        "2021-03-14T23:59:59",
        "2021-03-15",
        "2021-06-14T23:59:59",
        "2021-06-15",
        "2019-12-14T23:59",
        "2019-12-15",
        "2020-12-14T23:59",
        "2020-12-15",
        "2021-03-10",
        "2021-04-30T16:30",
        "2021-05-01",
    )
)
"""The last moments of periods and the first ones after them."""
FIRST, LAST = datetime.fromisoformat("2019-11-20"), datetime.fromisoformat("2021-07-10")
PLACES = ("An Hòa", "Ea H’leo", "Nậm Nhừ", "Pú Hồng", "Quài Tở", "Tỏa Tình", "Đạ K’Nàng")
OFFICES = ("Tư pháp", "Nội vụ", "Y tế", "Lao động", "Kinh tế")
KINDS = ("busy", "busy", "busy", "silent", "empty", "thin", "waiting", "self", "marked", "edge")
"""How much is known of a unit, in turn; see `facts_of` and `answers_of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit and what it is like: `quality` from 0 (bad) to 1."""

    code: str
    name: str
    level: str
    block: str
    parent: str
    kind: str
    quality: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One dossier; points in time are local."""

    code: str
    unit: str
    channel: str
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one agency did in a dossier."""

    dossier: str
    agency: str
    due_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response: option by question."""

    dossier: str
    form: str
    answered_at: datetime
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact of a unit in a period, as it is written."""

    unit: str
    period: str
    fact: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A self or appraised score, as it is written."""

    unit: str
    period: str
    stage: str
    criterion: str
    points: str


@dataclass(slots=True, kw_only=True)
class District:
    """All of it."""

    seed: int
    units: list[Unit] = field(default_factory=list)
    dossiers: list[Dossier] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)


def drawn(seed: int, *, busiest: int = 45) -> District:
    """The district of a seed, the same every time; `busiest` bounds a unit's dossiers."""
    luck = Random(seed)
    district = District(seed=seed, units=list(_units(luck)))
    for unit in district.units:
        dossiers = [] if unit.kind == "empty" else list(_dossiers(luck, unit, busiest))
        district.dossiers += dossiers
        district.steps += [step for one in dossiers for step in _steps(luck, unit, one)]
        district.answers += _answers(luck, unit, dossiers)
        district.facts += [fact for period in PERIODS for fact in _facts(luck, unit, period)]
        district.scores += [score for period in PERIODS for score in _scores(luck, unit, period)]
    return district


def _units(luck: Random) -> Iterator[Unit]:
    yield _unit(luck, "H00", "Ủy ban nhân dân huyện", "huyen", "lanh_dao", "", "empty")
    for number, office in enumerate(OFFICES, 1):
        name = f"Phòng {office}"
        yield _unit(luck, f"P{number:02}", name, "huyen", "phong", "H00", luck.choice(KINDS))
    for number, kind in enumerate(luck.sample(KINDS, len(KINDS)), 1):
        name = f"Xã {PLACES[number % len(PLACES)]} {number}"
        yield _unit(luck, f"X{number:02}", name, "xa", "xa", "H00", kind)
    yield _unit(luck, "S01", "Sở Thông tin", "tinh", "so", "", "busy")
    yield _unit(luck, "S02", "Sở Ngoại vụ", "tinh", "so", "", "empty")


def _unit(
    luck: Random, code: str, name: str, level: str, block: str, parent: str, kind: str
) -> Unit:
    return Unit(
        code=code,
        name=name,
        level=level,
        block=block,
        parent=parent,
        kind=kind,
        quality=luck.choice((0.05, 0.3, 0.6, 0.85, 1.0)),
    )


def _dossiers(luck: Random, unit: Unit, busiest: int) -> Iterator[Dossier]:
    minutes = (LAST - FIRST) // timedelta(minutes=1)
    days = [FIRST + timedelta(minutes=luck.randrange(minutes)) for _ in range(busiest)]
    edges = EDGES if unit.kind == "edge" else ()
    for number, returned in enumerate((*edges, *days[: luck.randint(8, busiest)])):
        yield _dossier(luck, unit, number, returned)


def _dossier(luck: Random, unit: Unit, number: int, returned: datetime) -> Dossier:
    finished = returned - timedelta(days=luck.choice((0, 0, 0, 1, 2)))
    received = finished - timedelta(days=luck.randint(0, 25), hours=luck.randint(0, 9))
    status = 10 if unit.kind != "waiting" else 4
    if luck.random() < 0.15:
        status = luck.choice((2, 4, 5, 9))
    return Dossier(
        code=f"000.{ord(unit.code[0])}.{unit.code[1:]}.H56-{received:%y%m%d}-{number:04}",
        unit=unit.code,
        channel=luck.choices(("Trực tiếp", "Trực tuyến", "BCCI"), (6, 4, 1))[0],
        received_at=received,
        due_at=_due(luck, unit, finished),
        finished_at=finished if status >= 9 and luck.random() < 0.9 else None,
        returned_at=returned if status == 10 else None,
        status=status,
    )


def _due(luck: Random, unit: Unit, finished: datetime) -> datetime | None:
    """Early, the same day at another hour, late; sometimes none was promised."""
    if luck.random() < 0.08:
        return None
    late = luck.random() > unit.quality
    days = luck.choice((-9, -1, 0)) if late else luck.choice((0, 1, 1, 4))
    return datetime.combine(finished + timedelta(days=days), time(luck.choice((0, 7, 17))))


def _steps(luck: Random, unit: Unit, dossier: Dossier) -> Iterator[Step]:
    if dossier.finished_at is None or luck.random() < 0.5:
        return
    for agency in luck.sample(OFFICES, luck.randint(1, 3)):
        yield Step(
            dossier=dossier.code,
            agency=agency,
            due_at=_due(luck, unit, dossier.finished_at),
            finished_at=dossier.finished_at,
        )


def _answers(luck: Random, unit: Unit, dossiers: Sequence[Dossier]) -> Iterator[Answer]:
    if unit.kind in ("silent", "thin", "waiting", "self", "marked"):
        return
    for dossier in dossiers:
        if dossier.status >= 9 and luck.random() < 0.55:
            yield Answer(
                dossier=dossier.code,
                form="phieu5",
                answered_at=dossier.returned_at or dossier.received_at,
                choices=drawn_choices(luck, unit.quality),
            )


def _facts(luck: Random, unit: Unit, period: str) -> Iterator[Fact]:
    wanted = {
        "silent": (),
        "self": (),
        "waiting": (),
        "marked": ("publicity",),
        "thin": ("publicity",),
    }
    known = luck.choice((0.7, 0.97, 1.0))
    for name, value in _drawn_facts(luck, unit.quality).items():
        if luck.random() < known and name in wanted.get(unit.kind, (name,)):
            yield Fact(unit=unit.code, period=period, fact=name, value=value)


def _drawn_facts(luck: Random, quality: float) -> dict[str, str]:
    complaints = luck.choice((0, 3, 10, 20))
    on_time = complaints - luck.choice((0, 0, 1, 2)) if complaints else 0
    eligible = luck.choice((0, 10, 40, 50))
    facts = {
        "onspot_share": luck.choice(("0", "0.19", "0.2", "0.5", "0.999", "1", "1.0")),
        "onestop_share": luck.choice(("1", "1", "0.99")),
        "publicity": luck.choice(("both", "both", "one", "poor") if quality < 0.9 else ("both",)),
        "complaints_total": str(complaints),
        "complaints_on_time": str(on_time),
        "complaints_prolonged": luck.choice(("0", "0", "0", "1")) if complaints else "0",
        "online_procedures_eligible": str(eligible),
        "online_procedures_deployed": str(
            luck.choice((0, eligible // 10, eligible // 5, eligible))
        ),
        "online_dossiers_unresolved_or_late": luck.choice(("0", "0", "0", "2")),
    }
    if luck.random() < 0.4:
        total = luck.choice((0, 20, 100))
        facts["dossiers_total"] = str(total)
        facts["online_dossiers"] = str(total * luck.choice((14, 15, 29, 30, 80)) // 100)
    return facts


def _scores(luck: Random, unit: Unit, period: str) -> Iterator[Score]:
    appraised = {"marked": "123456789", "busy": "1579", "edge": "2"}.get(unit.kind, "")
    for criterion in appraised:
        if unit.kind == "marked" or luck.random() < 0.25:
            points = luck.choice(("0", "0.5", "1", "1.3", "1.7", "2", "2.0"))
            yield _score(unit, period, "appraised", criterion, points)
    for criterion in "123456789" if unit.kind in ("self", "busy") else "":
        if luck.random() < 0.5:
            yield _score(unit, period, "self", criterion, luck.choice(("1", "1.5", "2")))


def _score(unit: Unit, period: str, stage: str, criterion: str, points: str) -> Score:
    return Score(unit=unit.code, period=period, stage=stage, criterion=criterion, points=points)
