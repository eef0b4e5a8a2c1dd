"""Answers from a file: paper forms (Mẫu phiếu 4) and ratings exported from elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin.importing.cells import read_code, text, when
from admin.importing.closed_periods import ClosedPeriods
from admin.importing.form_columns import FormColumns
from admin.importing.importer import Read, Refused, Stored
from admin.importing.notes import Notes
from admin.importing.unit_limits import Touched
from admin.kit.runtime import Runtime
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.form import Form, Kind, shipped_forms
from surveys.spelling import fold
from surveys.store.base.connection import Connection
from surveys.store.personal_data import unlinking
from surveys.store.results import complaints, responses
from surveys.store.results.responses import Filed, NewResponse, StoredResponse
from surveys.store.system import form_versions, import_changes
from surveys.store.system.audit import AuditEntry
from surveys.store.system.import_changes import Change

COLUMNS = (
    ColumnSpec(name="dossier", titles=("Mã hồ sơ", "Hồ sơ", "Số hồ sơ"), required=True),
    ColumnSpec(name="form", titles=("Mẫu phiếu", "Mã phiếu", "Phiếu"), required=True),
    ColumnSpec(name="answered_at", titles=("Ngày trả lời", "Ngày lấy ý kiến", "Thời điểm")),
    ColumnSpec(name="channel", titles=("Kênh", "Hình thức")),
)
PAPER = "paper"
CHANNELS = {fold(name): PAPER for name in (PAPER, "Giấy", "Phiếu giấy", "Bản giấy", "Trực tiếp")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperResponse:
    """One parsed row; the dossier's number is not looked up yet."""

    dossier: str
    form: Form
    channel: str
    answered_at: datetime
    options: Mapping[str, str]
    texts: Mapping[str, str]

    def of(self, dossier_id: int) -> NewResponse:
        """Build the response to store."""
        return NewResponse(
            dossier_id=dossier_id,
            form=self.form.id,
            form_version=self.form.version,
            channel=self.channel,
            answered_at=self.answered_at,
            options=self.options,
            texts=self.texts,
        )


class AnswerImporter:
    """Imports rows of an answers file: one response each."""

    kind = "answers"
    columns = COLUMNS
    essential: Sequence[str] = ()
    chunk = 2_000

    def __init__(self, runtime: Runtime) -> None:
        self.warnings = Notes()
        self._closed = ClosedPeriods()
        self._runtime = runtime
        self._zone = runtime.settings.zone
        self._columns = FormColumns(forms=())
        self._seen: dict[tuple[str, str], str] = {}
        self._import_id: int | None = None

    async def begin(self, conn: Connection, sheet: Sheet, import_id: int) -> None:
        """Publish the forms and load their questions.

        Raises Refusal `answers.unknown_column` if a header is not a question of any form, or
        `answers.column_not_asked` if no form in the file asks it.
        """
        self._import_id = import_id or None
        self._closed = await ClosedPeriods.load(conn)
        await form_versions.register(conn, shipped_forms(), self._runtime.now)
        known = (await form_versions.load_all(conn)).values()
        self._columns = FormColumns(forms=tuple(known))
        self._columns.check(sheet.others)
        sheet.require_single(sheet.others)
        sheet.used.update(sheet.others)
        self._columns.require_asked((text(row, "form"), row.values) for row in sheet)

    def read(self, row: Row) -> PaperResponse:
        """Parse one response; raises Refusal with the reason to reject it."""
        dossier = normal_code(read_code(row, "dossier"))
        answered_at = self._moment(row)
        day = answered_at.astimezone(self._zone).date()
        form = self._columns.form(text(row, "form"), day)
        if first := self._seen.get((dossier, form.id)):
            raise Refusal("answers.duplicate", dossier=dossier, form=form.id, row=first)
        options, texts = self._columns.answers(form, row.values)
        self._seen[dossier, form.id] = row.place
        return PaperResponse(
            dossier=dossier,
            form=form,
            channel=_channel(text(row, "channel")),
            answered_at=answered_at,
            options=options,
            texts=texts,
        )

    def touched(self, one: PaperResponse) -> Touched:
        """Its dossier."""
        return Touched(dossier=one.dossier)

    async def store(self, conn: Connection, rows: Sequence[Read[PaperResponse]]) -> Stored:
        """Add new responses, update imported ones, keep those citizens gave through the bot."""
        filed = await responses.find_dossiers(conn, {paper.dossier for _, paper in rows})
        lost: list[Refused] = []
        known: list[_Known] = []
        cut_off = await unlinking.find_settled(conn, [one.id for one in filed.values()])
        for row, paper in rows:
            dossier = filed.get(paper.dossier)
            if reason := self._mistaken(paper, dossier, cut_off):
                lost.append((row, reason))
            elif dossier is not None:
                known.append(_Known(row=row, paper=paper, response=paper.of(dossier.id)))
        there = await responses.find_stored(
            conn, self._runtime.keyring(), (one.response.key for one in known)
        )
        fresh = [one for one in known if one.response.key not in there]
        await self._add(conn, fresh)
        found = Stored(new=len(fresh), rejected=lost)
        for one in known:
            before, counted = there.get(one.response.key), found.changed
            if before is not None:
                await self._again(conn, one, before, found)
            if before is None or found.changed > counted:
                day = filed[one.paper.dossier].returned_on
                self._closed.note(self.warnings, one.row.place, day)
        return found

    def _mistaken(
        self, paper: PaperResponse, dossier: Filed | None, cut_off: Collection[int]
    ) -> Refusal | None:
        """Why this cannot be a response about this dossier, or None."""
        day = paper.answered_at.astimezone(self._zone).date()
        params = {"dossier": paper.dossier, "day": f"{day:%d/%m/%Y}"}
        if dossier is None:
            return Refusal("answers.unknown_dossier", dossier=paper.dossier)
        if dossier.id in cut_off:
            return Refusal("answers.cut_off", dossier=paper.dossier)
        if dossier.on is not None and day < dossier.on:
            return Refusal("answers.before_received", **params, received=f"{dossier.on:%d/%m/%Y}")
        today = self._runtime.today
        if day > today:
            return Refusal("answers.in_future", **params, today=f"{today:%d/%m/%Y}")
        return None

    async def _add(self, conn: Connection, fresh: list["_Known"]) -> None:
        new = [one.response for one in fresh]
        made = await responses.add_many(conn, self._runtime.keyring(), new, self._import_id)
        for one in fresh:
            await self._complain(conn, one.paper, made[one.response.key], {})

    async def _again(
        self, conn: Connection, one: "_Known", before: StoredResponse, found: Stored
    ) -> None:
        """Handle a response that exists: imported before, or given by the citizen."""
        if before.from_contact or before.simulated or before.channel != one.response.channel:
            found.rejected.append((one.row, _already(one.paper, before)))
        elif before.said == one.response.said:
            found.same += 1
        else:
            found.changed += 1
            found.audited.append(await self._change(conn, one, before))
            found.changes += _history(one, before)

    async def _change(self, conn: Connection, one: "_Known", before: StoredResponse) -> AuditEntry:
        new, said = one.response, one.response.said
        changed = [q for q in {**said, **before.said} if said.get(q) != before.said.get(q)]
        for question in changed:
            await responses.record_answer(
                conn,
                self._runtime.keyring(),
                dossier_id=new.dossier_id,
                form=new.form,
                form_version=new.form_version,
                channel=new.channel,
                contact_id=None,
                question=question,
                option=new.options.get(question),
                text=new.texts.get(question),
                revision=1,
                now=new.answered_at,
            )
        await self._complain(conn, one.paper, before.id, before.said)
        details = {"form": new.form, "questions": sorted(changed)}
        subject = f"dossier:{one.paper.dossier}"
        return AuditEntry(action="answers.change", subject=subject, details=details)

    async def _complain(
        self,
        conn: Connection,
        paper: PaperResponse,
        response_id: int,
        before: Mapping[str, str],
    ) -> None:
        """Open complaints for answers that report misconduct; withdraw those no longer reported."""
        for question in paper.form.questions:
            rule, now = question.complaint, paper.options.get(question.id)
            if rule is None or before.get(question.id) == now:
                continue
            if now == rule.option:
                await self._open(conn, rule.kind, response_id)
            elif before.get(question.id) == rule.option:
                await complaints.withdraw(conn, response_id=response_id, kind=rule.kind)

    async def _open(self, conn: Connection, kind: str, response_id: int) -> None:
        days = timedelta(days=self._runtime.settings.complaint_days)
        await complaints.open_(
            conn,
            response_id=response_id,
            kind=kind,
            reference=self._runtime.keyring().reference(f"complaint:{kind}", response_id),
            now=self._runtime.now,
            due_on=self._runtime.today + days,
        )

    def _moment(self, row: Row) -> datetime:
        moment = when(row, "answered_at", self._zone)
        return self._runtime.now if moment is None else moment.replace(tzinfo=self._zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A row about a known dossier."""

    row: Row
    paper: PaperResponse
    response: NewResponse


def _history(one: "_Known", before: StoredResponse) -> list[Change]:
    """The change history: each question's answer before and now, without the words of texts."""
    said, was = one.response.said, before.said
    written = {question.id for question in one.paper.form.questions if question.kind is Kind.TEXT}
    return [
        Change(
            kind=import_changes.RESPONSE,
            subject=f"{one.paper.dossier} {one.response.form}",
            field=question,
            before=None if question in written else was.get(question),
            after=None if question in written else said.get(question),
        )
        for question in {**said, **was}
        if said.get(question) != was.get(question)
    ]


def _already(paper: PaperResponse, before: StoredResponse) -> Refusal:
    params = {"dossier": paper.dossier, "form": paper.form.id, "channel": before.channel}
    return Refusal("answers.already", **params)


def _channel(written: str) -> str:
    return CHANNELS.get(fold(written), fold(written).replace(" ", "_")[:40]) or PAPER
