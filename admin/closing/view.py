"""A closing for people and programs: what is signed, and the list of closings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from admin.closing.making import Plan, SignedFile
from admin.closing.mark import SHORT, Mark
from admin.kit.output import Block
from admin.kit.runtime import Runtime
from admin.kit.tables import Column, Kind, Row, Table
from admin.kit.texts import Texts
from scoring.unit_rating import State
from surveys.store.results.closings import Closing

LISTED = "period number action at officer rulebook dossiers files digest reason"
CODES = frozenset({"period", "digest"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What a closing signs; `mark` None: a dry run."""

    texts: Texts
    plan: Plan
    mark: Mark | None

    def blocks(self) -> Iterator[Block]:
        """Rulebook, units by state, dossiers and responses, forms, files, what is still open."""
        plan, period = self.plan, self.plan.period
        rulebook = plan.manifest["rulebook"]
        days = {"first": period.start, "last": period.end}
        yield self._text("period", id=period.id, **days)
        known = {"id": rulebook["id"], "version": rulebook["version"]}
        yield self._text("rulebook", **known, checksum=rulebook["checksum"][:SHORT])
        yield self._text("units", **plan.states())
        totals = plan.rating.totals
        counts = {"received": totals.received, "responses": totals.responses}
        yield self._text("counts", dossiers=totals.dossiers, **counts)
        forms = ", ".join(f"{one['form']} {one['version']}" for one in plan.manifest["forms"])
        yield self._text("forms", forms=forms)
        names = ", ".join(one["name"] for one in plan.manifest["files"])
        yield self._text("files", names=names) if names else self._text("no_files")
        yield from self._still_open()

    def as_json(self) -> dict[str, Any]:
        """The manifest, and what is still open."""
        totals, states = self.plan.rating.totals, self.plan.states()
        marked = {"dry_run": True} if self.mark is None else self.mark.as_json()
        return {
            **marked,
            **self.plan.manifest,
            "units": states,
            "received": totals.received,
            "dossiers": totals.dossiers,
            "responses": totals.responses,
            "to_review": self.plan.to_review,
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per part."""
        return self.plan.manifest["parts"], ["name", "position", "sha256"]

    def _still_open(self) -> Iterator[str]:
        states = self.plan.states()
        missing = states[State.NOT_SCORED] + states[State.INSUFFICIENT]
        if not states[State.SCORED]:
            yield self._text("nobody_scored")
        elif missing:
            yield self._text("unfinished", count=missing)
        if self.plan.to_review:
            yield self._text("to_review", count=self.plan.to_review)

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"closing.plan.{key}", **params)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingList:
    """Closings and reopenings in their order; `files`: to be compared with the signed ones."""

    runtime: Runtime
    closings: tuple[Closing, ...]
    files: tuple[SignedFile, ...] = ()

    def blocks(self) -> Iterator[Block]:
        """One row per closing or reopening, then file by file."""
        rows = [self._in_words(one) for one in self.closings]
        yield Table(columns=self._columns(LISTED), rows=rows)
        if self.files:
            words = self.runtime.text
            rows = [
                one | {"state": words(f"closing.file_states.{one['state']}")}
                for one in self._compared()
            ]
            yield Table(columns=self._columns("file state"), rows=rows)

    def as_json(self) -> list[dict[str, Any]]:
        """One entry per closing or reopening, with its manifest."""
        found = [self._row(one) | {"manifest": one.manifest} for one in self.closings]
        if self.files and found:
            found[-1] |= {"compared_files": self._compared()}
        return found

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per closing or reopening."""
        return [self._row(one) for one in self.closings], LISTED.split()

    def _row(self, one: Closing) -> dict[str, Any]:
        manifest = one.manifest
        return {
            "period": one.period.id,
            "number": one.number,
            "action": one.action.value,
            "at": self.runtime.local(one.at),
            "officer": one.officer,
            "rulebook": manifest.get("rulebook", {}).get("id"),
            "dossiers": manifest.get("evidence", {}).get("dossiers"),
            "files": len(manifest["files"]) if one.is_closed else None,
            "digest": one.digest or None,
            "reason": one.reason or None,
        }

    def _in_words(self, one: Closing) -> Row:
        action = self.runtime.text(f"closing.actions.{one.action}")
        return self._row(one) | {"action": action, "digest": one.digest[:SHORT]}

    def _compared(self) -> list[dict[str, str]]:
        """Each file of the last closing, and each that is there: same, changed, missing, other."""
        closed = [one for one in self.closings if one.is_closed]
        signed = {f["name"]: f["sha256"] for f in closed[-1].manifest["files"]} if closed else {}
        there = {one.name: one.sha256 for one in self.files}
        return [
            {"file": name, "state": _state(signed.get(name), there.get(name))}
            for name in sorted(signed.keys() | there.keys())
        ]

    def _columns(self, keys: str) -> list[Column]:
        return [
            Column(
                key=key,
                title=self.runtime.text(f"closing.columns.{key}"),
                kind=Kind.CODE if key in CODES else Kind.TEXT,
            )
            for key in keys.split()
        ]


def _state(signed: str | None, there: str | None) -> str:
    if signed is None:
        return "other"
    if there is None:
        return "missing"
    return "same" if signed == there else "changed"
