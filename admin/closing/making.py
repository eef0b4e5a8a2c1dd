"""Closes a period: reads everything on one snapshot, then stores it with its digest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from admin.closing import freezing
from admin.closing.reports import pack_reports
from admin.kit.runtime import Runtime
from admin.rating.result import RatingResult
from admin.rating.unit_evidence import choices_of
from admin.tallying import counts
from admin.tallying.counts import TallyCounts
from scoring.law import Rulebook
from scoring.unit_rating import State
from surveys.errors import Refusal
from surveys.form import Form
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import closing_evidence, closing_intake, closings, ratings, review_queue
from surveys.store.results.closings import Part
from surveys.store.results.intake import Window
from surveys.store.system import audit, imports

FORMAT = 1
"""The version of the parts' JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a closing is going to sign: its figures, and everything that goes into the database."""

    period: Period
    rating: RatingResult
    tally: TallyCounts
    parts: tuple[Part, ...]
    manifest: Mapping[str, Any]
    to_review: int
    """Items that verifiers have not decided yet."""

    def states(self) -> dict[str, int]:
        """The number of units in each state."""
        found = dict.fromkeys(map(str, State), 0)
        for unit in self.rating.rating.units:
            found[unit.state] += 1
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """A file that was handed in with the figures."""

    name: str
    sha256: str
    size: int


def require_over(period: Period, today: date) -> None:
    """Raises Refusal `closing.not_begun` or `closing.not_over`."""
    if period.start > today:
        raise Refusal("closing.not_begun", period=period.id, first=period.start)
    if period.end >= today:
        raise Refusal("closing.not_over", period=period.id, last=period.end)


def hash_files(places: Iterable[Path]) -> tuple[SignedFile, ...]:
    """Hash these files, and all files in these folders, named as within them.

    Raises OSError, or Refusal `closing.no_files` for an empty folder.
    """
    found = [one for place in places for one in _files_of(place)]
    return tuple(sorted(found, key=lambda one: one.name))


async def plan(
    conn: Connection,
    runtime: Runtime,
    result: RatingResult,
    tally: TallyCounts,
    files: tuple[SignedFile, ...],
) -> Plan:
    """Read and pack what is signed, on the snapshot of `conn`.

    `result` and `tally` were read on the same snapshot. Raises Refusal `closing.closed_before` or
    `closing.nothing`.
    """
    period = result.period
    last = await closings.find_last(conn, period)
    if last is not None and last.is_closed:
        raise closings.closed_before(last, runtime.local(runtime.now))
    _require_something(result)
    counted = await closing_evidence.find_counted(conn, period, choices_of(result.rulebook))
    dossiers = [part async for part in closing_evidence.read_packed(conn, period, counted)]
    parts = (
        *await _figures(conn, runtime, result, tally),
        *(part for part, _ in dossiers),
        *await _flow(conn, runtime, period),
    )
    manifest = {
        **_rules_told(result, tally),
        "evidence": _evidence_told(dossiers),
        "log": {"rows": await audit.count(conn), "head": await audit.find_head(conn)},
        "last_import": await imports.find_last_id(conn),
        "files": [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in files],
        "parts": [part.told for part in parts],
    }
    to_review = len(await review_queue.list_items(conn, period))
    return Plan(
        period=period,
        rating=result,
        tally=tally,
        parts=parts,
        manifest=manifest,
        to_review=to_review,
    )


async def _figures(
    conn: Connection, runtime: Runtime, result: RatingResult, tally: TallyCounts
) -> list[Part]:
    """The parts that are printed: rating, tally, officials, reports."""
    period = result.period
    officials = await ratings.count_by_officer(conn, period)
    return [
        closings.pack(freezing.RATING, freezing.rating_text(result)),
        closings.pack(freezing.TALLY, counts.as_text(tally)),
        closings.pack(freezing.OFFICIALS, freezing.officials_text(officials)),
        *[part async for part in pack_reports(conn, runtime, period, result.rulebook)],
    ]


async def _flow(conn: Connection, runtime: Runtime, period: Period) -> list[Part]:
    """Where each dossier counts in the one-stop figures."""
    days = runtime.settings.near_due_days
    window = Window(period=period, as_of=period.end, near_days=days)
    return [part async for part in closing_intake.read_packed(conn, window)]


def _rules_told(result: RatingResult, tally: TallyCounts) -> dict[str, Any]:
    """Program, period, rulebook and forms of a manifest."""
    return {
        "format": FORMAT,
        "program": version("motcua"),
        "period": result.period.as_json(),
        "rulebook": rulebook_told(result.rulebook),
        "forms": [_form_told(form) for form in tally.forms],
    }


def rulebook_told(book: Rulebook) -> dict[str, Any]:
    """Which rulebook it is, and the choices made in it."""
    choices = {name: policy.chosen for name, policy in book.policies.named()}
    known = {"id": book.id, "version": book.version, "checksum": book.checksum}
    return known | {"base_checksum": book.base_checksum, "policies": choices}


def _form_told(form: Form) -> dict[str, str]:
    return {"form": form.id, "version": form.version, "checksum": form.checksum}


def _evidence_told(dossiers: Sequence[tuple[Part, int]]) -> dict[str, Any]:
    count = sum(count for _, count in dossiers)
    return {"dossiers": count, "sha256": _whole(dossiers), "as_counted": True}


def _whole(dossiers: Iterable[tuple[Part, int]]) -> str:
    """One hash over the hashes of all parts of the dossiers."""
    return hashlib.sha256("".join(part.sha256 for part, _ in dossiers).encode()).hexdigest()


def _require_something(result: RatingResult) -> None:
    states = {unit.state for unit in result.rating.units}
    if states <= {State.NO_DOSSIERS}:
        raise Refusal("closing.nothing", period=result.period.id)


def _files_of(place: Path) -> list[SignedFile]:
    if not place.is_dir():
        return [_hashed(place, place.name)]
    files = sorted(one for one in place.rglob("*") if one.is_file())
    if not files:
        raise Refusal("closing.no_files", folder=place)
    return [_hashed(one, one.relative_to(place).as_posix()) for one in files]


def _hashed(file: Path, name: str) -> SignedFile:
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    return SignedFile(name=name, sha256=found, size=file.stat().st_size)
