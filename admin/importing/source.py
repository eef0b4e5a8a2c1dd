"""What to take in, and how."""

from dataclasses import dataclass
from pathlib import Path

from admin.sheets import suffix_of
from admin.sheets.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What to take in, and how."""

    file: Path
    mapping: Path | None = None
    rejects: Path | None = None
    """Where rejected rows go; by default beside the file."""
    dry_run: bool = False
    all_sheets: bool = False
    """Read every worksheet that has the table."""
    sheet: str | None = None
    """Read only this worksheet."""
    no_saved_mapping: bool = False
    """Leave aside the mapping that an earlier import was given."""
    yes: bool = False
    """Write also what looks as if the file was not understood."""

    def rejects_file(self, kind: Kind) -> Path | None:
        """The file of rejected rows, of the kind that came in; a dry run writes one only where it
        is told to."""
        if self.rejects is None and not self.dry_run:
            return self.file.with_name(f"{self.file.name}{suffix_of(kind)}")
        return self.rejects

    @property
    def read(self) -> list[Path]:
        """The files that are only read."""
        return [self.file] if self.mapping is None else [self.file, self.mapping]
