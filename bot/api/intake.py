"""The interface to whatever takes pushed dossiers in: the same checks as those of a file import.

The checks belong to `admin`, which may not be imported here; `motcua serve` hands them in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from surveys.store.base.connection import Connection
from surveys.store.pushing.api_tokens import System

Scalar = str | int | float | None


class Field(NamedTuple):
    """A field of a dossier: a column of the import; `title` is its header in an office's file."""

    name: str
    title: str
    required: bool


class Rejected(NamedTuple):
    """A row that was not taken, and the sentence that says why."""

    row: int
    dossier: str | None
    code: str
    column: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Something to look at in accepted rows."""

    code: str
    count: int
    rows: list[str]
    message: str


@dataclass(slots=True, kw_only=True)
class Taken:
    """What became of the rows: rows = accepted + rejected, accepted = new + changed + same."""

    rows: int
    new: int = 0
    changed: int = 0
    same: int = 0
    import_id: int | None = None
    rejected: list[Rejected] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """The number of accepted rows."""
        return self.new + self.changed + self.same


class Busy(Exception):
    """A file is being imported: the rows have to wait."""


class Intake(Protocol):
    """Takes dossiers in."""

    @property
    def fields(self) -> Sequence[Field]:
        """The fields that a dossier may have."""
        ...

    async def take(
        self,
        conn: Connection,
        rows: Sequence[Mapping[str, object]],
        system: System,
        language: str,
    ) -> Taken:
        """Write what can be accepted, in this transaction; the reasons are in `language`.

        Raises Busy while a file is being imported.
        """
        ...
