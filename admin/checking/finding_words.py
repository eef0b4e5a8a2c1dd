"""Findings in the officer's words, with numbers written as they were printed."""

from collections.abc import Mapping
from decimal import Decimal

from admin.kit.texts import Texts
from scoring.reconcile import Finding, Reason

LONGEST = 48
"""Headers of printed tables can be whole sentences; longer ones are cut."""


class FindingWords:
    """Words findings in one language. `grades`: the names of grades by their ids."""

    def __init__(self, texts: Texts, grades: Mapping[str, str]) -> None:
        self._texts = texts
        self._grades = grades

    def title(self, finding: Finding) -> str:
        """What kind of finding it is."""
        return self._texts.text(f"check.titles.{finding.code}")

    def where(self, finding: Finding) -> str:
        """Row, column and cell; empty for a finding about a whole table."""
        named = " · ".join(filter(None, (finding.row, short(finding.column))))
        return f"{named} [{finding.cell}]" if finding.cell else named

    def number(self, value: Decimal | None) -> str:
        """15.121 or 4,37: with the decimals the value has."""
        from babel.numbers import format_decimal

        if value is None:
            return ""
        digits = max(0, -int(value.as_tuple().exponent))
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return str(format_decimal(value, pattern, locale=self._texts.language))

    def difference(self, finding: Finding) -> str:
        """+3 or −88."""
        value = finding.difference
        if value is None:
            return ""
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return f"{sign}{self.number(abs(value))}"

    def detail(self, finding: Finding) -> str:
        """What was added, divided or compared."""
        return self._text(f"check.details.{finding.code}", finding.params)

    def causes(self, finding: Finding) -> str:
        """The likely causes, each a sentence."""
        return " ".join(self.cause(reason) for reason in finding.reasons)

    def cause(self, reason: Reason) -> str:
        """One likely cause."""
        return self._text(f"check.causes.{reason.cause}", reason.params)

    def message(self, finding: Finding) -> str:
        """Everything in one line."""
        where = self.where(finding) or finding.table
        parts = [f"{where}: {self.title(finding)}."]
        if finding.difference is not None:
            numbers = {
                "stated": self.number(finding.stated),
                "recomputed": self.number(finding.recomputed),
                "difference": self.difference(finding),
            }
            parts.append(self._texts.text("check.numbers", **numbers))
        return " ".join(filter(None, (*parts, self.detail(finding), self.causes(finding))))

    def _text(self, key: str, params: Mapping[str, object]) -> str:
        return self._texts.text(key, **{name: self._shown(value) for name, value in params.items()})

    def _shown(self, value: object) -> str:
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, tuple):
            return self._listed(value)
        return self._grades.get(str(value)) or str(value)

    def _listed(self, values: tuple[object, ...]) -> str:
        """Alternatives joined by "or"; pairs of a name and its number one after the other."""
        pairs = [value for value in values if isinstance(value, tuple)]
        if pairs:
            return "; ".join(f"{name} ({self._shown(number)})" for name, number in pairs)
        return f" {self._texts.text('check.or')} ".join(short(str(value)) for value in values)


def short(header: str) -> str:
    """A header, cut where it is a whole sentence."""
    return header if len(header) <= LONGEST else f"{header[: LONGEST - 1].rstrip()}…"
