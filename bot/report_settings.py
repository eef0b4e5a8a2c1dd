"""The settings of reports: their heading, and how figures are printed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """What a report needs to know of the office. An empty text prints as dots to fill in."""

    report_agency: str = ""
    """The agency that issues the report, e.g. `UBND huyện An Lão`. Empty: `authority`."""
    report_parent: str = ""
    """The agency above it, first line of the heading; empty: none is printed."""
    report_place: str = ""
    """Where it is issued: the place before the date."""
    report_area: str = ""
    """The area it speaks of, e.g. `huyện An Lão`. Empty: `report_agency`."""
    report_addressee: str = ""
    """Who it is addressed to (Kính gửi); empty: the line is left out."""
    report_signed_for: str = "TM. ỦY BAN NHÂN DÂN"
    """First line of the signature block."""
    report_signed_by: str = "CHỦ TỊCH"
    """The position of who signs."""
    report_signer: str = ""
    """The name of who signs; empty: left to be written."""
    report_recipients: str = "Như trên;Các cơ quan, đơn vị;Lưu: VT"
    """Where it goes (Nơi nhận), separated by semicolons; the last is the archive."""
    report_percent_digits: Annotated[int, Meta(ge=0, le=2)] = 1
    """Digits of percentages in a report, other than the shares that the rulebook rounds."""
    report_names_listed: Annotated[int, Meta(ge=1)] = 12
    """How many units a sentence names; the others are counted, and named in the annexes."""
    near_due_days: Annotated[int, Meta(ge=0, le=365)] = 3
    """A dossier still in work is near its due day from this many days before it on."""
    results_folder: Path | None = None
    """The folder that `motcua report --public` wrote; `serve` shows it at `/ket-qua`."""
