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
    """Where rejected rows are written; by default next to the file."""
    dry_run: bool = False
    all_sheets: bool = False
    """Read every worksheet that has the table."""
    sheet: str | None = None
    """Read only this worksheet."""
    no_saved_mapping: bool = False
    """Ignore the mapping remembered from an earlier import."""
    yes: bool = False
    """Import even if the essential columns are missing or empty."""

    def rejects_file(self, kind: Kind) -> Path | None:
        """The file of rejected rows, of the same kind as the input; a dry run writes one only if
        it is asked to."""
        if self.rejects is None and not self.dry_run:
            return self.file.with_name(f"{self.file.name}{suffix_of(kind)}")
        return self.rejects

    @property
    def read(self) -> list[Path]:
        """The input files."""
        return [self.file] if self.mapping is None else [self.file, self.mapping]
