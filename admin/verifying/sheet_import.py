"""Takes in the sheet that `verify list --out` wrote: every row is decided, unchanged or refused."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from admin.importing.cells import needed, read_code, text
from admin.importing.desk import claim_rejects
from admin.importing.report import Report
from admin.kit.refusals import REFUSALS, AnyRefusal, refusal
from admin.kit.runtime import Runtime
from admin.kit.texts import load_texts
from admin.kit.unit_scope import require_dossier
from admin.rating.rulebooks import chosen
from admin.sheets import Rejects, Row, Sheet, read_sheet, suffix_of
from admin.verifying import deciding
from admin.verifying.choices import CHANGE, Choice, choices, find_choice
from admin.verifying.dossier_phrases import DossierPhrases, known_forms
from admin.verifying.outcomes import outcome_code
from admin.verifying.review_sheet import DECISION, REASON, TOLD, SheetRow, columns, read_rows
from admin.verifying.review_sheet import title_of as sheet_title
from surveys.criteria import CRITERIA, ReviewReason
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.outcomes import ComplaintState
from surveys.period import Period
from surveys.spelling import fold, tidy
from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.results import complaints, review_queue, verifications
from surveys.store.results.review_queue import ReviewItem
from surveys.store.results.verifications import Action
from surveys.texts import LANGUAGES

KIND = "verify"


async def import_sheet(
    runtime: Runtime, file: Path, *, rejects: Path | None, dry_run: bool
) -> Report:
    """Decide the rows of a sheet, all in one transaction; a dry run writes nothing.

    Rows that are refused are written to `rejects`, by default next to the file unless it is a dry
    run. Raises OSError, or Refusal as `read_sheet` and `claim_rejects`.
    """
    sheet = read_sheet(file, columns())
    _require_columns(sheet)
    wanted = rejects or (None if dry_run else _beside(sheet))
    claim_rejects(wanted, {_resolved(file)})
    report = Report(kind=KIND, file=file, rejects=wanted, dry_run=dry_run, sheet=sheet.name)
    titles = (runtime.text("sheets.rejected_row"), runtime.text("sheets.rejected_reason"))
    database = await runtime.database()
    with Rejects(wanted, sheet, titles) as refused:
        async with database.write() as conn:
            taking = await SheetTaking.begin(conn, runtime, sheet)
            for row in sheet:
                report.rows += 1
                try:
                    decided = await taking.take(row)
                    report.new, report.same = report.new + decided, report.same + (not decided)
                except REFUSALS as reason:
                    _reject(runtime, sheet, report, refused, row, reason)
            await _finish(conn, runtime, report)
    return report


def _resolved(file: Path) -> Path:
    return file.resolve()


def _beside(sheet: Sheet) -> Path:
    return sheet.path.with_name(f"{sheet.path.name}{suffix_of(sheet.kind)}")


async def _finish(conn: Connection, runtime: Runtime, report: Report) -> None:
    if report.dry_run:
        await conn.rollback()
    elif report.new:
        counts = {name: getattr(report, name) for name in ("rows", "new", "same", "rejected")}
        details = {"file": report.file.name, **counts}
        await runtime.audit(conn, "verify.import", f"file:{report.file.name}", details)


def _require_columns(sheet: Sheet) -> None:
    """Raises Refusal `sheets.column_missing` if the columns to fill in are not there."""
    lacking = [one.shown({}) for one in columns() if one.name not in sheet]
    if lacking:
        found = ", ".join(filter(None, sheet.header.titles))
        params = {"columns": ", ".join(lacking), "row": sheet.header.number, "found": found}
        raise Refusal("sheets.column_missing", file=sheet.path.name, **params)


def _reject(
    runtime: Runtime, sheet: Sheet, report: Report, refused: Rejects, row: Row, reason: AnyRefusal
) -> None:
    params = dict(reason.params)
    if "column" in params:
        params["column"] = sheet.title_of(str(params["column"]))
    said = refusal(runtime.texts, reason.code, params)
    refused.add(row, said)
    report.reject(row, said, reason.code, params)


@dataclass(slots=True, kw_only=True)
class SheetTaking:
    """Decides row by row, in the caller's transaction."""

    conn: Connection
    runtime: Runtime
    phrases: DossierPhrases
    """In the language of the sheet."""
    rows: dict[str, dict[str, list[SheetRow]]] = field(default_factory=dict)
    """Period → dossier → the items of the review when the import began."""
    made: dict[tuple[str, str], tuple[Row, tuple[str, str]]] = field(default_factory=dict)
    """What the sheet has decided so far: its row, the decision and the reason."""

    @classmethod
    async def begin(cls, conn: Connection, runtime: Runtime, sheet: Sheet) -> "SheetTaking":
        """Find the language of the sheet."""
        heading = fold(sheet.title_of(DECISION))
        language = next(
            (one for one in LANGUAGES if fold(sheet_title(DECISION, one)) == heading), LANGUAGES[0]
        )
        speaking = replace(runtime, texts=load_texts(language))
        forms = await known_forms(conn)
        phrases = DossierPhrases(runtime=speaking, rulebook=chosen(runtime, None), forms=forms)
        return cls(conn=conn, runtime=runtime, phrases=phrases)

    async def take(self, row: Row) -> bool:
        """Whether the row made a decision; raises Refusal with the reason to reject it."""
        dossier = normal_code(read_code(row, "dossier"))
        await require_dossier(self.conn, self.runtime.scope, dossier)
        if not await dossiers.find_ids(self.conn, [dossier]):
            raise Refusal("verify.sheet_unknown", cell=row.cell("dossier"), dossier=dossier)
        period = self.runtime.period(needed(row, "period"))
        item = self._match(row, (await self._listed(period)).get(dossier, []))
        decision, reason = text(row, DECISION), text(row, REASON)
        if not decision and not reason:
            return False
        if not decision:
            raise Refusal("verify.sheet_no_decision", cell=row.cell(DECISION))
        about = item or _written_item(row, dossier, self.phrases)
        choice = self._choice(row, about, decision)
        if not reason:
            raise Refusal("verify.sheet_no_reason", cell=row.cell(REASON))
        if self._said_before(row, about, choice, reason):
            return False
        if item is None:
            if await self._is_done(about, choice, reason):
                return False
            raise Refusal("verify.sheet_gone", cell=row.cell("dossier"), dossier=dossier)
        await self._decide(item, choice, reason)
        self.made[_key(item)] = (row, (choice.id, reason))
        return True

    async def _listed(self, period: Period) -> dict[str, list[SheetRow]]:
        if period.id not in self.rows:
            items = [
                one
                for one in await review_queue.list_items(self.conn, period)
                if self.runtime.scope.covers(one.unit)
            ]
            found = self.rows.setdefault(period.id, {})
            for one in await read_rows(self.conn, self.phrases, period, items):
                found.setdefault(one.item.dossier, []).append(one)
        return self.rows[period.id]

    def _match(self, row: Row, listed: Collection[SheetRow]) -> ReviewItem | None:
        """The item of a row; None if it is not in the review (any more).

        Raises Refusal `verify.sheet_edited` for a cell that does not say what the program wrote.
        """
        same = ("criterion", "doubt", "reference")
        alike = [one for one in listed if all(_cell(row, k) == _plain(one.told[k]) for k in same)]
        wrong = [(_edited(row, one), one.item) for one in alike]
        if not wrong:
            return None
        edited, item = min(wrong, key=lambda found: len(found[0]))
        if edited:
            key, expected = next(iter(edited.items()))
            params = {"column": key, "cell": row.cell(key), "value": _cell(row, key)}
            raise Refusal("verify.sheet_edited", **params, expected=expected)
        return item

    def _choice(self, row: Row, item: ReviewItem, written: str) -> Choice:
        offered = choices(self.phrases, item)
        choice = find_choice(offered, written)
        if choice is None:
            known = "; ".join(one.words for one in offered)
            params = {"cell": row.cell(DECISION), "value": written, "known": known}
            raise Refusal("verify.sheet_decision", **params)
        return choice

    def _said_before(self, row: Row, item: ReviewItem, choice: Choice, reason: str) -> bool:
        """Whether an earlier row said the same; raises `verify.sheet_twice` if it said other."""
        earlier = self.made.get(_key(item))
        if earlier is None:
            return False
        if earlier[1] != (choice.id, reason):
            raise Refusal("verify.sheet_twice", cell=row.cell(DECISION), row=earlier[0].place)
        return True

    async def _is_done(self, item: ReviewItem, choice: Choice, reason: str) -> bool:
        """Whether this very decision counts already: the sheet was imported before."""
        if item.doubt is ReviewReason.COMPLAINT:
            found = await complaints.find_by_reference(self.conn, item.reference)
            return found is not None and (found.state.value, found.reason) == (choice.kind, reason)
        if item.doubt is ReviewReason.DISOWNED:
            return await deciding.is_aside_decided(self.conn, item.dossier, choice.kind, reason)
        ids = await dossiers.find_ids(self.conn, [item.dossier])
        decided = await verifications.find_last_decisions(self.conn, list(ids.values()))
        last = decided.get((ids[item.dossier], item.criterion))
        if last is None or (last.action.value, last.reason) != (choice.kind, reason):
            return False
        return not choice.outcome or last.outcome == outcome_code(item.criterion, choice.outcome)

    async def _decide(self, item: ReviewItem, choice: Choice, reason: str) -> None:
        conn, runtime = self.conn, self.runtime
        if item.doubt is ReviewReason.COMPLAINT:
            state = ComplaintState(choice.kind)
            await deciding.decide_complaint(
                conn, runtime, item.reference, state, reason, again=False
            )
        elif item.doubt is ReviewReason.DISOWNED:
            await deciding.decide_aside(conn, runtime, item.dossier, choice.kind, reason)
        else:
            changes = choice.kind == CHANGE
            await verifications.decide(
                conn,
                dossier=item.dossier,
                criterion=item.criterion,
                action=Action(choice.kind),
                outcome=outcome_code(item.criterion, choice.outcome) if changes else None,
                reason=reason,
                author=await runtime.author(conn),
                now=runtime.now,
            )


def _key(item: ReviewItem) -> tuple[str, str]:
    """What a decision is about: a complaint, a disowned answer, or a criterion of a dossier."""
    return (item.dossier, item.reference or item.criterion)


def _written_item(row: Row, dossier: str, phrases: DossierPhrases) -> ReviewItem:
    """What a row that is not in the review says it is about.

    Raises Refusal `verify.sheet_gone` if that is nothing the program writes.
    """
    doubts = {_plain(phrases.text(f"doubts.{one}")): one for one in ReviewReason}
    doubt, criterion = doubts.get(_cell(row, "doubt")), _cell(row, "criterion")
    alone = doubt in {ReviewReason.COMPLAINT, ReviewReason.DISOWNED}
    if doubt is None or (not alone and criterion not in CRITERIA):
        key = "doubt" if doubt is None else "criterion"
        raise Refusal("verify.sheet_gone", cell=row.cell(key), dossier=dossier)
    return ReviewItem(
        doubt=doubt,
        unit="",
        dossier=dossier,
        criterion=criterion,
        shown="",
        reference=_cell(row, "reference"),
    )


def _edited(row: Row, one: SheetRow) -> dict[str, str]:
    """The columns that say something else than the program would write now."""
    return {key: one.told[key] for key in TOLD if key not in {"dossier", "period"}
            and _cell(row, key) != _plain(one.told[key])}  # fmt: skip


def _cell(row: Row, key: str) -> str:
    value = row.values.get(key)
    return "" if value is None else _plain(str(value))


def _plain(written: str) -> str:
    return tidy(written)
