"""Where each dossier counts in the one-stop figures, as a closing keeps and compares it."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from surveys.store.base.connection import Connection
from surveys.store.base.schema import dossiers
from surveys.store.results import intake
from surveys.store.results.closings import Closing, Part, pack, read_parts
from surveys.store.results.intake import Counted, Window

AT_ONCE = 20_000
"""Dossier numbers of one part."""
PART = "intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A dossier that counted elsewhere, or not at all (None), when the period was closed."""

    was: Counted | None
    now: Counted | None

    @property
    def any(self) -> Counted:
        """It, as it is or was."""
        one = self.now or self.was
        assert one is not None  # noqa: S101 - a pair has at least one
        return one


async def read_packed(conn: Connection, window: Window) -> AsyncIterator[Part]:
    """Pack the dossiers of the flow, part by part."""
    last = await conn.scalar(select(func.max(dossiers.c.id))) or 0
    for position, first in enumerate(range(0, last + 1, AT_ONCE)):
        end = first + AT_ONCE - 1
        found = await _list_between(conn, window, first, end)
        rows = [[one.id, one.code, one.unit, one.counts] for one in found.values()]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        yield pack(PART, text, position=position, last_dossier=end)


def is_kept(closing: Closing) -> bool:
    """Whether the closing has this part; those of earlier versions have not."""
    return any(one["name"] == PART for one in closing.manifest.get("parts", ()))


async def list_moved(conn: Connection, closing: Closing, window: Window) -> list[Moved]:
    """The dossiers that count elsewhere today; none of a closing that kept no such part."""
    found: list[Moved] = []
    first = 0
    async for text, last in read_parts(conn, closing, PART):
        kept = {row[0]: _counted(row) for row in json.loads(text)}
        found += _moved(kept, await _list_between(conn, window, first, last))
        first = (last or 0) + 1
    if first:
        found += _moved({}, await _list_between(conn, window, first, None))
    return found


def _counted(row: list[Any]) -> Counted:
    number, code, unit, counts = row
    return Counted(number, code, unit, tuple(counts))


def _moved(kept: Mapping[int, Counted], today: Mapping[int, Counted]) -> list[Moved]:
    pairs = ((kept.get(one), today.get(one)) for one in sorted(kept.keys() | today.keys()))
    return [Moved(was=was, now=now) for was, now in pairs if was != now]


async def _list_between(
    conn: Connection, window: Window, first: int, last: int | None
) -> dict[int, Counted]:
    number = dossiers.c.id
    within = number >= first if last is None else number.between(first, last)
    return {one.id: one for one in await intake.list_by_number(conn, window, within)}
