"""Takes pushed dossiers in: the checks, the merge and the history of a file import, in one
transaction."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from admin.importing.dossier_columns import COLUMNS
from admin.importing.dossier_rows import Draft
from admin.importing.dossiers import DossierImporter
from admin.importing.importer import Read
from admin.importing.notes import Notes
from admin.importing.unit_limits import split
from admin.kit.refusals import AnyRefusal, refusal
from admin.kit.texts import Texts, load_texts
from admin.kit.unit_scope import UnitScope
from admin.sheets import Row, Sheet
from admin.sheets.columns import Header
from admin.sheets.kinds import Kind
from admin.sheets.page import Page
from admin.sheets.sheet import Part
from admin.sheets.values import cleaned
from bot.api.intake import Busy, Field, Odd, Rejected, Taken
from bot.channels.base import ChannelContext
from surveys.errors import Refusal
from surveys.store.base.connection import Connection
from surveys.store.importing import dossier_writes, staging
from surveys.store.pushing.api_tokens import System
from surveys.store.system import audit, imports
from surveys.store.system.audit import AuditEntry, Author

NAMES = tuple(spec.name for spec in COLUMNS)
FIELDS = tuple(
    Field(spec.name, (spec.titles or (spec.name,))[0], required=spec.required) for spec in COLUMNS
)
Given = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierIntake:
    """Takes pushed dossiers in; an `Intake` of the API."""

    context: ChannelContext
    os_user: str
    fields: Sequence[Field] = field(default=FIELDS)

    async def take(
        self, conn: Connection, rows: Sequence[Given], system: System, language: str
    ) -> Taken:
        """Write what can be accepted; raises Busy while a file is being imported."""
        if await staging.find_running(conn) or await staging.find_decided(conn):
            raise Busy
        now = self.context.clock()
        today = now.astimezone(self.context.settings.zone).date()
        importer = DossierImporter(self.context.settings.zone, self.context.keyring(), today)
        sheet = sheet_of(rows)
        await importer.begin(conn, sheet, 0)
        pushed = _Push(importer=importer, texts=load_texts(language), taken=Taken(rows=len(rows)))
        drafts = pushed.read(rows)
        scope = UnitScope(unit=system.unit, numbers=dict(system.numbers))
        inside, outside = await split(conn, scope, drafts, importer.touched)
        pushed.reject(outside)
        planned = await importer.plan(conn, inside)
        pushed.reject(planned.stored.rejected)
        taken = pushed.count(planned.stored.new, planned.stored.changed, planned.stored.same)
        if taken.new or taken.changed:
            taken.import_id = await self._begin(conn, rows, system)
            for body in planned.bodies:
                await dossier_writes.apply(conn, taken.import_id, body)
            await self._settle(conn, taken, system)
        return taken

    async def _begin(self, conn: Connection, rows: Sequence[Given], system: System) -> int:
        return await imports.begin(
            conn,
            kind=DossierImporter.kind,
            file_name=f"API {system.name}",
            sha256=hashlib.sha256(msgspec.json.encode(rows)).hexdigest(),
            at=self.context.clock(),
            actor=f"API {system.name}",
        )

    async def _settle(self, conn: Connection, taken: Taken, system: System) -> None:
        """Close the import and record it; the log comes last, since others wait for it."""
        counts = {"accepted": taken.accepted, "rejected": len(taken.rejected)}
        counts |= {"new": taken.new, "changed": taken.changed}
        await imports.settle(conn, taken.import_id or 0, **counts)
        author = Author(
            name=f"API {system.name}", os_user=self.os_user, keyring=self.context.keyring()
        )
        entry = AuditEntry(
            action="dossiers.push",
            subject=f"import:{taken.import_id}",
            details={"system": system.name, "rows": taken.rows, **counts},
        )
        await audit.append(conn, author, entry, at=self.context.clock())


@dataclass(slots=True, kw_only=True)
class _Push:
    """One request: its rows on their way."""

    importer: DossierImporter
    texts: Texts
    taken: Taken

    def read(self, rows: Sequence[Given]) -> list[Read[Draft]]:
        """Parse every row; those that cannot be parsed are rejected."""
        drafts, refused = [], []
        for row, given in zip(rows_of(rows), rows, strict=True):
            try:
                _require_known(given)
                drafts.append((row, self.importer.read(row)))
            except Refusal as reason:
                refused.append((row, reason))
        self.reject(refused)
        return drafts

    def reject(self, refused: Iterable[tuple[Row, AnyRefusal]]) -> None:
        """Add rejected rows, in the order of the request."""
        for row, reason in refused:
            code = row.values.get("code")
            column = reason.params.get("column")
            self.taken.rejected.append(
                Rejected(
                    row=row.number,
                    dossier=None if code is None else str(code),
                    code=reason.code,
                    column=None if column is None else str(column),
                    message=refusal(self.texts, reason.code, dict(reason.params)),
                )
            )
        self.taken.rejected.sort()

    def count(self, new: int, changed: int, same: int) -> Taken:
        """The result with its counts and oddities."""
        self.taken.new, self.taken.changed, self.taken.same = new, changed, same
        self.taken.odd = list(self._oddities(self.importer.warnings))
        return self.taken

    def _oddities(self, notes: Notes) -> Iterator[Odd]:
        for key, count in notes.items():
            words = ", ".join(f"“{word}”" for word in notes.details[key].words)
            said = self.texts.text(f"dossiers.warnings.{key}", count=count, words=words)
            yield Odd(code=key, count=count, rows=notes.details[key].rows, message=said)


def sheet_of(rows: Sequence[Given]) -> Sheet:
    """Pushed rows as the sheet an importer begins with: the fields that any row states."""
    stated = [name for name in NAMES if any(name in row for row in rows)]
    header = Header(
        number=0,
        titles=tuple(stated),
        known={name: place for place, name in enumerate(stated)},
        unknown={},
    )
    page = Page(rows=lambda: iter(()), estimate=len(rows))
    part = Part(page=page, header=header, required=("code", "unit"))
    return Sheet(path=Path("api"), kind=Kind.TEXT, parts=[part])


def rows_of(rows: Sequence[Given]) -> Iterator[Row]:
    """Pushed rows as an importer reads them, numbered from 1."""
    for number, given in enumerate(rows, 1):
        values = {name: cleaned(given.get(name)) for name in NAMES}
        places = {name: place for place, name in enumerate(NAMES)}
        yield Row(number, [given.get(name) for name in NAMES], values, places)


def _require_known(given: Given) -> None:
    """Raises Refusal `api.unknown_field` or `api.not_text`: nothing is ignored silently."""
    for name, value in given.items():
        if name not in NAMES:
            raise Refusal("api.unknown_field", column=name, known=", ".join(NAMES))
        if isinstance(value, bool | list | dict):
            raise Refusal("api.not_text", column=name)
