"""Why something changed since a closing: imports, answers, decisions, with their audit rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from surveys.criteria import outcome_name
from surveys.period import part_ids
from surveys.store.base.connection import Connection
from surveys.store.dossiers.scores import Stage
from surveys.store.results import closing_causes
from surveys.store.results.closing_causes import (
    LaterAnswer,
    LaterChange,
    LaterDecision,
    LaterImport,
    LaterSent,
)
from surveys.store.results.closing_evidence import KeptDossier
from surveys.store.results.closings import Closing
from surveys.store.results.intake import Counted
from surveys.store.results.tallies import HANDED_OUT
from surveys.store.system import audit
from surveys.store.system.audit import AuditRow
from surveys.store.system.import_changes import FACT, SCORE, UNIT

IMPORT, UNDO, ANSWER, DECISION, COMPLAINT = "import", "undo", "answer", "decision", "complaint"
CUT_OFF = "cut_off"
"""Answers that retention has cut off from their dossiers: which they were is not known any more."""
SENT = {"issued": "issued", "delivered": "delivered"}
"""Figure of the reach → the kind of cause: invitations that were issued or delivered later."""
IMPORTED_DOSSIERS, IMPORTED_ANSWERS = "dossiers", "answers"
"""Kinds of imports."""
KINDS_OF_SCORE = {"appraised": Stage.APPRAISED, "self_scores": Stage.SELF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that happened. `audit`: the number of its row in the log; None: a citizen's own
    answer, which is no officer's act. `what` says which file, form or outcome.
    """

    kind: str
    at: datetime
    by: str
    what: str
    audit: int | None = None
    said: tuple[str, ...] = ()
    """Of a decision: criterion, outcome before and now, reason; of a complaint: its code, state,
    reason. `what` has them in one text.
    """

    @property
    def key(self) -> str:
        """The same for the same cause."""
        return f"{self.kind} {self.audit or ''} {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What happened after a closing, ready to be asked by dossier, fact or score."""

    log: Mapping[str, Sequence[AuditRow]]
    """The audit rows since, by subject."""
    imports: Mapping[int, LaterImport]
    acts: Mapping[int, AuditRow]
    """The audit rows of imports, and of undone ones, by the import's number."""
    answers: Mapping[int, Sequence[LaterAnswer]]
    decisions: Mapping[int, Sequence[LaterDecision]]
    makers: Mapping[int, int]
    changes: Mapping[str, Sequence[LaterChange]]
    sent: Mapping[tuple[str, str], LaterSent]
    references: Mapping[int, Sequence[str]]
    """The codes of the complaints about each dossier."""
    last_import: int
    """The number of the last import before the closing."""
    periods: frozenset[str]
    """The names of the period, and of the parts of a year, in facts and scores."""

    def of_dossier(self, was: KeptDossier | None, now: KeptDossier | None) -> tuple[Cause, ...]:
        """The causes that can have changed this dossier, each once, in the order of time."""
        one = now or was
        assert one is not None  # noqa: S101 - a pair has at least one
        found = [
            *self._imported(one.id, one.code),
            *self._answered(one, was.last_answer if was else 0),
            *self._decided(one, was.last_decision if was else 0),
            *self._complained(was, now),
            *self._taken_back(was, now),
        ]
        return _once(found) or _once(self._cut_off())

    def of_flow(self, number: int, code: str, *, is_gone: bool) -> tuple[Cause, ...]:
        """The causes that can have moved a dossier within the one-stop figures."""
        undone = self._undone(IMPORTED_DOSSIERS) if is_gone else ()
        return _once([*self._imported(number, code), *undone])

    def of_reported(self, units: Iterable[str], kind: str, name: str) -> tuple[Cause, ...]:
        """The causes that can have changed a fact or a score of a unit, or of those with it."""
        wanted = {name, str(KINDS_OF_SCORE.get(kind, name))}
        changes = (one for unit in units for one in self.changes.get(unit, ()))
        words = ((one.import_id, set(one.subject.split())) for one in changes)
        return _once(
            self._of_imports(n for n, said in words if wanted <= said and self.periods & said)
        )

    def of_units(self, codes: Iterable[str]) -> tuple[Cause, ...]:
        """The imports that made or changed one of these units."""
        changes = (one for code in codes for one in self.changes.get(code, ()))
        return _once(self._of_imports(one.import_id for one in changes if one.kind == UNIT))

    def of_all_dossiers(self) -> tuple[Cause, ...]:
        """Every import of dossiers, and every undone one: for what no single one is known of."""
        numbers = [n for n, one in self.imports.items() if one.kind == IMPORTED_DOSSIERS]
        return _once(self._of_imports(numbers))

    def of_reach(self, unit: str, figure: str) -> tuple[Cause, ...]:
        """Why a unit has another number of forms issued or delivered: invitations of the service,
        which are no officer's act, and reported paper forms.
        """
        found = list(self.of_reported([unit], "facts", HANDED_OUT)) if figure == "issued" else []
        later = self.sent.get((unit, figure))
        if later is not None:
            what = f"{unit}: {later.count}"
            found.append(Cause(kind=SENT[figure], at=later.last, by="motcua", what=what))
        return _once(found)

    def _imported(self, number: int, code: str) -> Iterator[Cause]:
        numbers = [change.import_id for change in self.changes.get(code, ())]
        maker = self.makers.get(number)
        yield from self._of_imports([*numbers, *([maker] if maker in self.acts else [])])

    def _of_imports(self, numbers: Iterable[int | None]) -> Iterator[Cause]:
        for number in dict.fromkeys(numbers):
            if number is None or number not in self.acts:
                continue
            row, done = self.acts[number], self.imports.get(number)
            kind = UNDO if row.action == "imports.undo" else IMPORT
            what = f"{number} {done.file_name}" if done else str(number)
            yield Cause(kind=kind, at=row.at, by=row.actor, what=what, audit=row.id)

    def _answered(self, one: KeptDossier, last: int) -> Iterator[Cause]:
        for answer in self.answers.get(one.id, ()):
            if answer.number <= last:
                continue
            if answer.import_id in self.acts:
                yield from self._of_imports([answer.import_id])
            else:
                what = f"{answer.form} {answer.channel}"
                yield Cause(kind=ANSWER, at=answer.answered_at, by=answer.channel, what=what)

    def _decided(self, one: KeptDossier, last: int) -> Iterator[Cause]:
        for made in self.decisions.get(one.id, ()):
            if made.number <= last:
                continue
            raw, outcome = (
                outcome_name(made.criterion, code) for code in (made.raw_outcome, made.outcome)
            )
            said = (made.criterion, raw, outcome, made.reason)
            what = f"{made.criterion}: {raw} → {outcome} ({made.reason})"
            row = self._row(f"dossier:{one.code}", made.at, made.criterion)
            yield Cause(kind=DECISION, at=made.at, by=made.officer, what=what, audit=row, said=said)

    def _complained(self, was: KeptDossier | None, now: KeptDossier | None) -> Iterator[Cause]:
        if now is None or (was is not None and not now.new_states(was)):
            return
        subjects = {f"complaint:{one}" for one in self.references.get(now.id, ())}
        for row in (row for one in sorted(subjects) for row in self.log.get(one, ())):
            if row.action == "verify.complaint":
                reference, details = row.subject.partition(":")[2], row.details
                what = f"{row.subject}: {details['to']} ({details['reason']})"
                yield Cause(
                    kind=COMPLAINT,
                    at=row.at,
                    by=row.actor,
                    what=what,
                    audit=row.id,
                    said=(reference, details["to"], details["reason"]),
                )

    def _taken_back(self, was: KeptDossier | None, now: KeptDossier | None) -> Iterator[Cause]:
        """The undone imports that can have brought what is not there any more."""
        if was is None:
            return
        if now is None:
            yield from self._undone(IMPORTED_DOSSIERS)
        if was.value("answered") and not (now and now.value("answered")):
            yield from self._undone(IMPORTED_ANSWERS)

    def _undone(self, kind: str) -> Iterator[Cause]:
        """The imports of a kind that were there at the closing and were undone since."""
        numbers = [
            number
            for number, row in self.acts.items()
            if row.action == "imports.undo"
            and number <= self.last_import
            and self.imports[number].kind == kind
        ]
        yield from self._of_imports(numbers)

    def _cut_off(self) -> Iterator[Cause]:
        """The last time that answers were cut off from their dossiers."""
        for row in [r for r in self.log.get("retention", ()) if r.details.get("ties")][-1:]:
            yield Cause(kind=CUT_OFF, at=row.at, by=row.actor, what="", audit=row.id)

    def _row(self, subject: str, at: datetime, criterion: str) -> int | None:
        for row in self.log.get(subject, ()):
            if row.at == at and row.details.get("criterion") == criterion:
                return row.id
        return None


async def read(
    conn: Connection, closing: Closing, changed: Sequence[KeptDossier | Counted | None]
) -> Found:
    """Read what happened after a closing to these dossiers, and to facts, scores and units."""
    log = await audit.list_after(conn, closing.manifest["log"]["head"])
    acts = {number: row for row in log for number in _imports_of(row)}
    by_subject: defaultdict[str, list[AuditRow]] = defaultdict(list)
    for row in log:
        by_subject[row.subject].append(row)
    ids = [one.id for one in changed if one is not None]
    codes = {one.code for one in changed if one is not None}
    changes: defaultdict[str, list[LaterChange]] = defaultdict(list)
    for one in await closing_causes.list_changes(conn, acts):
        subject = one.subject.split()[0]
        if subject in codes or one.kind in {FACT, SCORE, UNIT}:
            changes[subject].append(one)
    return Found(
        log=by_subject,
        imports=await closing_causes.find_imports(conn, acts),
        acts=acts,
        answers=_by_dossier(await closing_causes.list_answers(conn, ids)),
        decisions=_by_dossier(await closing_causes.list_decisions(conn, ids)),
        makers=await closing_causes.find_makers(conn, ids),
        changes=changes,
        sent=await closing_causes.count_sent(conn, closing.period, closing.at),
        references=await closing_causes.find_references(conn, ids),
        last_import=closing.manifest.get("last_import") or 0,
        periods=frozenset({closing.period.id, *part_ids(closing.period)}),
    )


def _imports_of(row: AuditRow) -> Iterator[int]:
    """The number of the import that a row is about."""
    kind, _, number = row.subject.partition(":")
    if kind == "import" and number.isdecimal():
        yield int(number)


def _by_dossier(found: Iterable[Any]) -> dict[int, list[Any]]:
    by_dossier: defaultdict[int, list[Any]] = defaultdict(list)
    for one in found:
        by_dossier[one.dossier_id].append(one)
    return by_dossier


def _once(found: Iterable[Cause]) -> tuple[Cause, ...]:
    by_key: dict[str, Cause] = {}
    for one in found:
        by_key.setdefault(one.key, one)
    return tuple(sorted(by_key.values(), key=lambda one: (one.at, one.key)))
