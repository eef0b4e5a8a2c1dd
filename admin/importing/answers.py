"""Answers from a file: paper forms (Mẫu phiếu 4) and ratings exported from elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from admin.importing import answer_audit
from admin.importing.answer_audit import ChangedResponse
from admin.importing.cells import read_code, text, when
from admin.importing.closed_periods import ClosedPeriods
from admin.importing.form_columns import FormColumns
from admin.importing.importer import Planned, Read, Refused, Stored
from admin.importing.notes import Notes
from admin.importing.unit_limits import Touched
from admin.kit.runtime import Runtime
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.form import Form, Kind, shipped_forms
from surveys.privacy import Keyring
from surveys.spelling import fold
from surveys.store.base.connection import Connection
from surveys.store.importing import answer_writes
from surveys.store.importing.answer_writes import ResponseWrite, Writes
from surveys.store.personal_data import unlinking
from surveys.store.results import responses
from surveys.store.results.responses import Filed, NewResponse, StoredResponse
from surveys.store.system import form_versions, import_changes
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

    async def begin(self, conn: Connection, sheet: Sheet, import_id: int) -> None:
        """Publish the forms and load their questions.

        Raises Refusal `answers.unknown_column` if a header is not a question of any form.
        """
        self._ring = self._runtime.keyring()
        self._import_id = import_id
        self._closed = await ClosedPeriods.load(conn)
        await form_versions.register(conn, shipped_forms(), self._runtime.now)
        known = (await form_versions.load_all(conn)).values()
        self._columns = FormColumns(forms=tuple(known))
        self._columns.check(sheet.others)
        sheet.require_single(sheet.others)
        sheet.used.update(sheet.others)

    def examine(self, sheet: Sheet) -> None:
        """Raises Refusal `answers.column_not_asked` if no form in the file asks a column."""
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

    async def plan(self, conn: Connection, rows: Sequence[Read[PaperResponse]]) -> Planned:
        """Plan to add new responses and to update imported ones; those citizens gave through the
        bot are kept."""
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
        there = await responses.find_stored(conn, self._ring, (one.response.key for one in known))
        planned, writes = Planned(stored=Stored(rejected=lost)), self._writes()
        for one in known:
            write = self._plan(one, there.get(one.response.key), planned.stored)
            if write is not None:
                writes.items.append(write)
                self._closed.note(
                    self.warnings, one.row.place, filed[one.paper.dossier].returned_on
                )
        changed = [_audited(write.history) for write in writes.items if write.history]
        planned.stored.audited += answer_audit.list_entries(changed, self._import_id)
        planned.bodies += answer_writes.encode(writes)
        return planned

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

    def _writes(self) -> Writes:
        """No writes yet; complaints are opened now, to be verified within the set days."""
        due_on = self._runtime.today + timedelta(days=self._runtime.settings.complaint_days)
        return Writes(opened_at=self._runtime.now, due_on=due_on)

    def _plan(
        self, one: "_Known", before: StoredResponse | None, counted: Stored
    ) -> ResponseWrite | None:
        """The write of this row, or None if it is rejected or says nothing new."""
        if before is None:
            counted.new += 1
            return _write(one, {}, self._ring)
        if before.from_contact or before.simulated or before.channel != one.response.channel:
            counted.rejected.append((one.row, _already(one.paper, before)))
            return None
        if before.said == one.response.said:
            counted.same += 1
            return None
        counted.changed += 1
        return replace(
            _write(one, before.said, self._ring), is_new=False, history=_history(one, before)
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


def _write(one: "_Known", before: Mapping[str, str], ring: Keyring) -> ResponseWrite:
    """The answers of this row that are not there yet, and the complaints that they open, or that
    are no longer reported."""
    new, changed = one.response, _changed(one, before)
    stated = replace(
        new,
        options={name: option for name, option in new.options.items() if name in changed},
        texts={name: words for name, words in new.texts.items() if name in changed},
    )
    rules = [
        (question.complaint, before.get(question.id), new.options.get(question.id))
        for question in one.paper.form.questions
        if question.complaint is not None and question.id in changed
    ]
    return ResponseWrite(
        response=stated.sealed(ring),
        is_new=True,
        emptied=[name for name in changed if name not in new.said],
        opened=[rule.kind for rule, _, now in rules if now == rule.option],
        withdrawn=[rule.kind for rule, was, _ in rules if was == rule.option],
    )


def _changed(one: "_Known", before: Mapping[str, str]) -> list[str]:
    """The questions whose answer differs, in the order of the row."""
    said = one.response.said
    return [name for name in {**said, **before} if said.get(name) != before.get(name)]


def _audited(history: Sequence[Change]) -> ChangedResponse:
    code, form = history[0].subject.rsplit(" ", 1)
    return ChangedResponse(code, form, tuple(sorted(change.field for change in history)))


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
        for question in _changed(one, was)
    ]


def _already(paper: PaperResponse, before: StoredResponse) -> Refusal:
    params = {"dossier": paper.dossier, "form": paper.form.id, "channel": before.channel}
    return Refusal("answers.already", **params)


def _channel(written: str) -> str:
    return CHANNELS.get(fold(written), fold(written).replace(" ", "_")[:40]) or PAPER
