"""Recorded conversations: what a citizen did that once went wrong, played again (`recorded/`).

A recording says what it is `about`, and lists `dossiers` (by default one, returned; columns beside
`code` and `token`) and `steps`. A step does one thing: `opens` a link, `types` texts, `taps`
buttons, `presses` one that was shown earlier (and that a step `keeps`), sends a `photo` with a
caption; `as` names another chat, `channel` its channel. Or time passes (`wait`), or the
verifier `answers` the petition. Then `says`, `not` and `buttons` tell parts of the reply, `words`
the most words it has.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import update

from bot.messages import IncomingKind
from bot.petition_news import tell_petitioners
from surveys.outcomes import ComplaintState
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import petitions
from tests.integration.conversation.conftest import make_house
from tests.integration.conversation.person import CODE, TOKEN, House, Person

RECORDINGS = sorted(Path(__file__).with_name("recorded").glob("*.yaml"))
NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
DESK = {"phone": "0256 111 222", "address": "12 Trần Phú", "hours": "7:30–17:00"}
RETURNED: dict[str, Any] = {
    "received_at": datetime(2026, 5, 3, 8),
    "due_at": datetime(2026, 5, 21, 17),
    "finished_at": datetime(2026, 5, 20, 8),
    "returned_at": datetime(2026, 5, 20, 8),
}


@dataclass(kw_only=True)
class Player:
    """One deployment and the chats of a recording."""

    house: House
    chats: dict[str, Person] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    async def take(self, step: dict[str, Any]) -> None:
        """Do one step and compare the reply."""
        person = self._chat(step)
        if "keeps" in step:
            self.kept[step["keeps"]] = person.data(step["keeps"])
        await (self._by_citizen(person, step) or self._by_others(step))
        _compare(person, step)

    def _by_citizen(self, person: Person, step: dict[str, Any]) -> Awaitable[Any] | None:
        match step:
            case {"opens": token}:
                return person.opens(token)
            case {"types": texts}:
                return person.types(*_listed(texts))
            case {"taps": labels}:
                return person.taps(*_listed(labels))
            case {"presses": label}:
                return person.does(IncomingKind.TAP, data=self.kept[label])
            case {"photo": caption}:
                return person.does(IncomingKind.OTHER, text=caption)
        return None

    async def _by_others(self, step: dict[str, Any]) -> None:
        match step:
            case {"wait": duration}:
                self.house.wait(**duration)
            case {"answers": text}:
                await self._answer(text)
            case _:
                pytest.fail(f"no such step: {step}")

    def _chat(self, step: dict[str, Any]) -> Person:
        name = step.get("as", "citizen")
        if name not in self.chats:
            self.chats[name] = self.house.person(name, step.get("channel", "telegram"))
        return self.chats[name]

    async def _answer(self, text: str) -> None:
        """The verifier finds the petition untrue, with this reason."""
        house, found = self.house, ComplaintState.REFUTED
        async with house.database.write() as conn:
            (sent,) = await petitions.list_sent(conn)
            await petitions.answer(conn, sent, found=found, text=text, officer="hoa", now=house.now)
            assert await tell_petitioners(conn, house.conversation.context, house.now) == 1

    async def begin(self, dossiers: list[dict[str, Any]]) -> None:
        """The dossiers, their links, and the desk of their unit."""
        for one in dossiers:
            columns = RETURNED | {name: one[name] for name in one if name not in {"code", "token"}}
            await self.house.dossier(one.get("code", CODE), one.get("token", TOKEN), **columns)
        async with self.house.database.write() as conn:
            await conn.execute(update(schema.units).values(**DESK))


def _compare(person: Person, step: dict[str, Any]) -> None:
    said, labels = person.text, person.labels
    for part in step.get("says", []):
        assert part in said, step
    for part in step.get("not", []):
        assert part not in said, step
    for label in step.get("buttons", []):
        assert any(one.startswith(label) for one in labels), (step, labels)
    assert len(said.split()) <= step.get("words", len(said.split())), said


def _listed(one: str | list[str]) -> list[str]:
    return [one] if isinstance(one, str) else one


def read(path: Path) -> dict[str, Any]:
    """A recording as it is in its file."""
    recording: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return recording


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_recording(sqlite_database: Database, path: Path) -> None:
    """Every reply says what it has to, and not what it must not."""
    recording = read(path)
    settings = {"look_up_proof": True, "authority": "UBND huyện An Lão"}
    player = Player(house=await make_house(sqlite_database, **settings))
    player.house.now = NOW
    await player.begin(recording.get("dossiers", [{}]))
    for step in recording["steps"]:
        await player.take(step)


def test_each_recording_says_what_it_is_about() -> None:
    """In words of its own."""
    about = [read(path)["about"] for path in RECORDINGS]
    assert len(about) == len(set(about)) >= 40
