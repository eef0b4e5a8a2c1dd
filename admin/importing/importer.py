"""What the importers of all kinds of files have in common."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeGuard, TypeVar

from admin.importing.unit_limits import Touched
from admin.kit.refusals import AnyRefusal
from admin.sheets import ColumnSpec, Row, Sheet
from surveys.store.base.connection import Connection
from surveys.store.system.audit import AuditEntry
from surveys.store.system.import_changes import Change

CHUNK = 2_000
AT_ONCE = 250
"""So many dossiers are written in one go."""

T = TypeVar("T")
Understood = TypeVar("Understood", covariant=True)
Read = tuple[Row, T]
Refused = tuple[Row, AnyRefusal]


@dataclass(slots=True, kw_only=True)
class Stored:
    """What became of some rows: counts, those that the database could not take, and the changes
    that the audit log keeps."""

    new: int = 0
    changed: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """Which fields of what was there changed, and how often."""
    rejected: list[Refused] = field(default_factory=list)
    audited: list[AuditEntry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """What was there before, for those that are not written down with the rows themselves."""


@dataclass(slots=True, kw_only=True)
class Planned:
    """What will become of some rows, and what is to be written, in chunks that can be staged."""

    stored: Stored = field(default_factory=Stored)
    bodies: list[str] = field(default_factory=list)


class Reader(Protocol[Understood]):
    """What the importers of all kinds of files do."""

    @property
    def kind(self) -> str:
        """`units`, `dossiers` …: the first part of its text keys and audit actions."""

    @property
    def columns(self) -> Sequence[ColumnSpec]:
        """The columns it knows."""

    @property
    def essential(self) -> Sequence[str]:
        """Columns of which at least one must have values, else the file was not understood."""

    @property
    def chunk(self) -> int:
        """So many rows are stored together."""

    @property
    def warnings(self) -> Counter[str]:
        """What is odd but taken: text key below `<kind>.warnings` → how often."""

    async def begin(self, conn: Connection, sheet: Sheet, import_id: int, /) -> None:
        """Look up what reading the rows needs."""

    def read(self, row: Row, /) -> Understood:
        """Understand one row; raises Refusal with the reason to reject it."""

    def touched(self, one: Any, /) -> Touched:  # noqa: ANN401 - what `read` gave
        """Whose unit or dossier a row is about, for officers who are limited to a unit."""


class SmallImporter(Reader[T], Protocol[T]):
    """A kind of file that is written in one transaction."""

    async def store(self, conn: Connection, rows: Sequence[Read[T]], /) -> Stored:
        """Write these rows, and count which were new, changed, as before."""


class LargeImporter(Reader[T], Protocol[T]):
    """A kind of file whose writing is planned and staged, so that nobody waits for it."""

    async def plan(self, conn: Connection, rows: Sequence[Read[T]], /) -> Planned:
        """What writing these rows means, and which are new, changed, as before."""


Importer = SmallImporter[T] | LargeImporter[T]


def is_large(importer: Importer[Any]) -> TypeGuard[LargeImporter[Any]]:
    """Whether it plans what it writes."""
    return hasattr(importer, "plan")


def is_small(importer: Importer[Any]) -> TypeGuard[SmallImporter[Any]]:
    """Whether it is written in one transaction."""
    return not is_large(importer)
