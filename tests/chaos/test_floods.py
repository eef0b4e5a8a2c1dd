"""Strangers flood the service while a citizen on Telegram and one on the page are answered.

Memory, handles, log and disk of the service stay flat; both citizens are answered. The short form
lets all attacks loose at once. `make soak` has each for SOAK_SECONDS (600) and prints its figures.
Both on SQLite and on PostgreSQL.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from surveys.store.dossiers import links
from tests.acceptance.support.serving import MOTCUA
from tests.acceptance.support.telegram import Town, found_town
from tests.chaos.attacks import ALL, ATTACKS
from tests.chaos.gauges import Course, Gauge, Watched, course, p99
from tests.chaos.serving import logged
from tests.fakes.telegram import FakeTelegram, Person
from tests.integration.rows import add_dossier, add_unit
from tests.security.running import Visitor, visiting

SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
SHORT_SECONDS, QUIET_SECONDS = 3.0, 60.0
PAUSE = 2.0
"""Between two questions of a citizen: a chat of Telegram takes one message a second, and its next
answer would wait."""
LONG_PAUSE = 6.0
"""The same for ten minutes: a citizen with a dossier may not write without end either while
strangers are refused (120 posts an hour)."""
TOKEN, CONSENT = "y" * 22, "Đồng ý"
MB = 1_000_000
HELP = "Ông/Bà có thể nhắn"
MOST_LOG_A_MINUTE = 2_000
MOST_MEMORY = 400 * MB
MOST_HANDLES = 5_000
STRANGERS_MB = 5
"""What is kept of strangers, and as much more may come within ten minutes."""
OTHERS = 6 * MB
"""Growth that is not strangers': what both citizens say, pages that are not full, and what was
deleted in PostgreSQL and is not used again yet."""
CROWD = "crowd"
"""The attack that only a proxy lets through as from so many addresses."""


@dataclass(slots=True)
class Citizens:
    """Somebody on Telegram and somebody on the page, who ask again and again; `waited` are the
    seconds until each was answered."""

    person: Person
    visitor: Visitor
    waited: dict[str, list[float]] = field(default_factory=dict)

    async def ask(self, seconds: float, pause: float = PAUSE) -> dict[str, list[float]]:
        """Both ask for so long, with a pause between two questions."""
        self.waited = {"telegram": [], "page": []}
        await asyncio.gather(
            self._insist("telegram", self._on_telegram, seconds, pause),
            self._insist("page", self._on_page, seconds, pause),
        )
        return self.waited

    async def _insist(
        self, where: str, asks: Callable[[], Awaitable[object]], seconds: float, pause: float
    ) -> None:
        clock = asyncio.get_running_loop().time
        ends = clock() + seconds
        while clock() < ends:
            begun = clock()
            await asks()
            self.waited[where].append(clock() - begun)
            await asyncio.sleep(pause)

    async def _on_telegram(self) -> None:
        heard = len(self.person.received)
        await self.person.types("trợ giúp")
        seen = await self.person.sees_messages(heard + 1, 60)
        assert any(HELP in one.text for one in seen[heard:]), seen[heard:]

    async def _on_page(self) -> None:
        await self.visitor.says("trợ giúp", HELP)


@dataclass(frozen=True, slots=True)
class Scene:
    """A watched service and its citizens."""

    citizens: Citizens
    watched: Watched
    port: int


@asynccontextmanager
async def _scene(
    template: Path, folder: Path, url: str, *, behind_proxy: bool = False
) -> AsyncIterator[Scene]:
    """A service whose webhook Telegram calls, and two citizens who spoke to it before."""
    settings = {"strangers_mb": str(STRANGERS_MB)}
    settings |= {"proxy_header": "X-Forwarded-For"} if behind_proxy else {}
    async with FakeTelegram() as telegram:
        town = found_town(template, folder, telegram, hook=True, **settings)
        town = replace(town, motcua=replace(town.motcua, url=url))
        async with _watching(town) as (address, watched), visiting(address) as visitor:
            citizens = Citizens(telegram.person(), visitor)
            await citizens.person.opens(await _give_link(town))
            await visitor.does("start", text=TOKEN)
            await visitor.hears(CONSENT)
            await citizens.ask(0.1)
            yield Scene(citizens, watched, int(address.rpartition(":")[2]))


async def _give_link(town: Town) -> str:
    """A dossier returned yesterday, and the link that both citizens have: the purge, five minutes
    after the start, cuts the ties of an old one."""
    day = datetime.now() - timedelta(days=1)  # noqa: DTZ005 - the office's clock, as exports have it
    moments = dict.fromkeys(("received_at", "due_at", "finished_at", "returned_at"), day)
    async with town.database() as database, database.write() as conn:
        unit = await add_unit(conn)
        number = await add_dossier(conn, unit, "000.17.22.H56-210503-0001", **moments)
        await links.make(conn, number, TOKEN, datetime.now(UTC), timedelta(days=1))
    return TOKEN


@asynccontextmanager
async def _watching(town: Town) -> AsyncIterator[tuple[str, Watched]]:
    service = logged(MOTCUA, "serve", env=town.env)
    serving = await asyncio.to_thread(service.__enter__)
    try:
        async with town.database() as database:
            yield serving.address, Watched(pid=serving.pid, log=serving.log, database=database)
    finally:
        await asyncio.to_thread(service.__exit__, None, None, None)


async def _attack(kind: str, port: int, seconds: float) -> int:
    """How often it was tried."""
    command = ("nice", sys.executable, "-m", "tests.chaos.attacks", kind, str(port), str(seconds))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return int(out)


def _figures(gauges: list[Gauge]) -> dict[str, Course]:
    return {
        name: course([getattr(one, name) for one in gauges]) for name in Gauge.__dataclass_fields__
    }


async def test_all_attacks_at_once(
    sqlite_template: Path, tmp_path: Path, database_url: str
) -> None:
    """For a few seconds: citizens are answered, and nothing runs away."""
    async with (
        _scene(sqlite_template, tmp_path, database_url) as scene,
        asyncio.TaskGroup() as all_,
    ):
        trying = all_.create_task(_attack(ALL, scene.port, SHORT_SECONDS))
        watching = all_.create_task(scene.watched.look_for_ever(SHORT_SECONDS))
        asking = all_.create_task(scene.citizens.ask(SHORT_SECONDS))
    figures = _figures(watching.result())
    assert trying.result() > 100
    assert all(asking.result().values())
    assert figures["memory"].most < MOST_MEMORY
    assert figures["handles"].most < MOST_HANDLES
    assert figures["log"].most < 2 * MOST_LOG_A_MINUTE


@pytest.mark.soak
@pytest.mark.parametrize("kind", list(ATTACKS))
async def test_an_attack_for_ten_minutes(
    sqlite_template: Path, tmp_path: Path, database_url: str, kind: str
) -> None:
    """Flat, and both citizens are answered within 5 times the quiet p99."""
    is_crowd = kind == CROWD
    async with _scene(sqlite_template, tmp_path, database_url, behind_proxy=is_crowd) as scene:
        quiet = await scene.citizens.ask(min(QUIET_SECONDS, SOAK_SECONDS))
        before = await scene.watched.look()
        async with asyncio.TaskGroup() as tasks:
            trying = tasks.create_task(_attack(kind, scene.port, SOAK_SECONDS))
            watching = tasks.create_task(scene.watched.look_for_ever(SOAK_SECONDS))
            asking = tasks.create_task(scene.citizens.ask(SOAK_SECONDS, LONG_PAUSE))
    found, under = _figures(watching.result()), asking.result()
    print(_row(kind, trying.result(), before, found, quiet, under))  # noqa: T201
    minutes = SOAK_SECONDS / 60
    assert found["memory"].growth < 20 * MB
    assert found["handles"].growth < 100
    assert found["log"].late - before.log < MOST_LOG_A_MINUTE * (minutes + 1)
    assert found["disk"].late - before.disk < 2 * STRANGERS_MB * MB + OTHERS
    for where in under:
        assert p99(under[where]) <= 5 * p99(quiet[where]), where


def _row(  # one line of the table in docs/reliability.md
    kind: str,
    tries: int,
    before: Gauge,
    found: dict[str, Course],
    quiet: dict[str, list[float]],
    under: dict[str, list[float]],
) -> str:
    memory, disk = found["memory"], found["disk"]
    waits = [f"{p99(quiet[where]):.2f} → {p99(under[where]):.2f}" for where in ("telegram", "page")]
    cells = [
        kind,
        f"{tries:,}",
        f"{before.memory / MB:.0f} → {memory.early / MB:.0f} → {memory.late / MB:.0f}",
        f"{before.handles} → {found['handles'].early} → {found['handles'].late}",
        f"{found['log'].late - before.log:,}",
        f"{(disk.late - before.disk) / MB:.1f}",
        *waits,
    ]
    return f"| {' | '.join(cells)} |"
