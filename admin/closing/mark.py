"""Marks figures of a closed period: signed, or today's in place of the signed ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from admin.kit.texts import Texts

SHORT = 12
"""Characters of a digest that people compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The closing of the period shown; `live`: the figures are today's, not the signed ones.

    `at` is in the authority's time zone.
    """

    number: int
    at: datetime
    officer: str
    digest: str
    live: bool = False

    def as_json(self) -> dict[str, Any]:
        """Two further keys of a result: `signed`, and `closing` that says which."""
        told = {"number": self.number, "at": self.at, "by": self.officer, "digest": self.digest}
        return {"signed": not self.live, "closing": told}

    def line(self, texts: Texts) -> str:
        """One line for people."""
        key = "closing.marks.live" if self.live else "closing.marks.signed"
        told = {"number": self.number, "at": self.at, "officer": self.officer}
        return texts.text(key, **told, digest=self.digest[:SHORT])

    @property
    def column(self) -> str:
        """The value of the column `signed` in rows for programs: when, or `live`."""
        return "live" if self.live else self.at.isoformat(timespec="seconds")


def marked_json(mark: Mark | None) -> dict[str, Any]:
    """The further keys of a result of a closed period; none for an open one."""
    return {} if mark is None else mark.as_json()
