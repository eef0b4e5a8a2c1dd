"""A list of a period: shown, or written to a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from admin.kit.output import Format, Presentable
from admin.kit.runtime import Runtime
from admin.kit.tables import Column, Row
from surveys.period import Period


class Listed(Presentable, Protocol):
    """A list of a period with its words."""

    @property
    def period(self) -> Period:
        """The period."""

    @property
    def found(self) -> Sequence[object]:
        """What is listed."""

    def columns(self) -> Sequence[Column]:
        """The columns for people."""

    def in_words(self) -> Sequence[Row]:
        """The rows for people."""


def show_or_write(
    runtime: Runtime,
    listed: Listed,
    shown_as: Format,
    out: Path | None,
    *,
    kind: str,
    counted: str,
    unit_names: Mapping[str, str],
    force: bool,
) -> None:
    """Print the list, or write it to `out`; `kind` leads to its texts, `counted` is the column that
    the workbook's summary counts; the workbook shows `unit_names` (code → name) with the codes.

    Raises OSError, Refusal `reporting.suffix` or `files.exists`.
    """
    if out is None:
        runtime.present(listed, shown_as)
        if not listed.found and shown_as is Format.TABLE:
            runtime.say("common.nothing")
        return
    from admin.reporting.list_workbook import write_listed

    named = {"kind": kind, "counted": counted}
    write_listed(runtime, listed, out, **named, unit_names=unit_names, force=force)
    runtime.say("verify.list_written", count=len(listed.found), file=out)
