"""The interface of the importers of all kinds of files."""

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
"""The number of dossiers written in one statement."""

T = TypeVar("T")
Understood = TypeVar("Understood", covariant=True)
Read = tuple[Row, T]
Refused = tuple[Row, AnyRefusal]


class NotDataError(Exception):
    """A row turns out to be a heading or a sum: it is passed over, as such lines are."""


@dataclass(slots=True, kw_only=True)
class Stored:
    """The result of storing some rows: counts, rows the database rejected, and the changes to
    record in the audit log."""

    new: int = 0
    changed: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """The fields of stored rows that changed, and how often."""
    rejected: list[Refused] = field(default_factory=list)
    audited: list[AuditEntry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """The former values, for kinds whose rows do not store their own history."""


@dataclass(slots=True, kw_only=True)
class Planned:
    """The planned result for some rows, and the writes, in chunks that can be staged."""

    stored: Stored = field(default_factory=Stored)
    bodies: list[str] = field(default_factory=list)


class Reader(Protocol[Understood]):
    """Reads the rows of one kind of file."""

    @property
    def kind(self) -> str:
        """`units`, `dossiers` …: the first part of its text keys and audit actions."""

    @property
    def columns(self) -> Sequence[ColumnSpec]:
        """The columns it recognizes."""

    @property
    def essential(self) -> Sequence[str]:
        """Columns of which at least one must have values, else the file is refused."""

    @property
    def chunk(self) -> int:
        """The number of rows stored together."""

    @property
    def warnings(self) -> Counter[str]:
        """Oddities in accepted rows: text key below `<kind>.warnings` → count."""

    async def begin(self, conn: Connection, sheet: Sheet, import_id: int, /) -> None:
        """Load what is needed to read the rows."""

    def read(self, row: Row, /) -> Understood:
        """Parse one row; raises Refusal with the reason to reject it, or NotDataError."""

    def touched(self, one: Any, /) -> Touched:  # noqa: ANN401 - what `read` gave
        """The unit or dossier a row is about, to check an officer's unit scope."""


class SmallImporter(Reader[T], Protocol[T]):
    """A kind of file that is written in one transaction."""

    async def store(self, conn: Connection, rows: Sequence[Read[T]], /) -> Stored:
        """Write these rows; count new, changed and unchanged ones."""


class LargeImporter(Reader[T], Protocol[T]):
    """A kind of file that is planned and staged, so that other writers do not wait for it."""

    def examine(self, sheet: Sheet, /) -> None:
        """Check the file as a whole before a row is planned, outside any transaction."""

    async def plan(self, conn: Connection, rows: Sequence[Read[T]], /) -> Planned:
        """Plan the writes of these rows; count new, changed and unchanged ones."""


Importer = SmallImporter[T] | LargeImporter[T]


def is_large(importer: Importer[Any]) -> TypeGuard[LargeImporter[Any]]:
    """Whether it plans and stages its rows."""
    return hasattr(importer, "plan")


def is_small(importer: Importer[Any]) -> TypeGuard[SmallImporter[Any]]:
    """Whether it is written in one transaction."""
    return not is_large(importer)
