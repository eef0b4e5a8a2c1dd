"""A rulebook for people and programs: the points of every case, the grades, the policies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from admin.kit.output import Block, Points
from admin.kit.tables import Column, Kind, Row, Table
from admin.kit.texts import Texts
from scoring.bands import Band
from scoring.law import Rulebook
from scoring.measured_words import rule_words
from scoring.metric import Ratio
from scoring.rounding import plain
from scoring.texts import written
from scoring.words import fact_words, term_words

KEYS = ("criterion", "name", "outcome", "points", "words", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulebookView:
    """One rulebook, with its chosen policies applied."""

    texts: Texts
    rulebook: Rulebook

    def blocks(self) -> Iterator[Block]:
        """Its title and days in force, case by case, then grades, policies and facts."""
        yield from self._heading()
        yield ""
        shown = ("criterion", "outcome", "points", "words")
        columns = [self._column(key) for key in shown]
        if cases := list(self._cases()):
            yield Table(columns=columns, rows=cases, title=self._text("cases"))
        yield Points(heading=self._text("metrics"), lines=list(self._metrics()))
        yield Points(heading=self._text("groups"), lines=list(self._groups()))
        yield Points(heading=self._text("limits"), lines=list(self._limits()))
        yield Points(heading=self._text("grades"), lines=self._bands(self.rulebook.grade_bands))
        officials = self.rulebook.officials.bands if self.rulebook.officials else ()
        yield Points(heading=self._text("officials"), lines=self._bands(officials))
        yield Points(heading=self._text("policies"), lines=list(self._policies()))
        yield Points(heading=self._text("facts"), lines=list(self._facts()))

    def as_json(self) -> dict[str, Any]:
        """The whole rulebook, and the cases with the points that count."""
        whole = self.rulebook.model_dump(mode="json", exclude={"place"})
        return whole | {"cases": list(self._cases())}

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """One row per case."""
        return list(self._cases()), KEYS

    def _heading(self) -> Iterator[Block]:
        book = self.rulebook
        yield self._text(
            "title", id=book.id, version=str(book.version), title=self._written(book.title)
        )
        yield self._text("law", source=book.source)
        last = book.valid_to or self._text("open")
        yield self._text("valid", first=book.valid_from, last=last)
        if book.basis:
            ends = book.basis.ends or self._text("open")
            yield self._text("basis", act=book.basis.act, ends=ends)
        if book.compiled_by:
            yield self._text("compiled_by", compiler=self._written(book.compiled_by))
        if book.local_decision:
            yield self._text("decision", decision=book.local_decision)

    def _cases(self) -> Iterator[dict[str, object]]:
        for number, criterion in self.rulebook.criteria.items():
            for name, outcome in criterion.outcomes.items():
                yield {
                    "criterion": number,
                    "name": self._written(criterion.name),
                    "outcome": name,
                    "points": self.rulebook.points(number, name),
                    "words": self._written(outcome.text),
                    "source": criterion.source,
                }

    def _metrics(self) -> Iterator[str]:
        """One line per metric: its name, what is divided by what, what the share is worth."""
        for number, criterion in self.rulebook.criteria.items():
            if criterion.metric is None:
                continue
            shares = "; ".join(self._ratio(ratio) for ratio in criterion.metric.evidence)
            worth = "; ".join(rule_words(self.rulebook, number, self.texts.language))
            params = {"criterion": number, "name": self._written(criterion.name)}
            yield self._text("metric", **params, share=shares, worth=worth, source=criterion.source)

    def _ratio(self, ratio: Ratio) -> str:
        if ratio.value is not None:
            return self._term(ratio.value)
        top = " + ".join(map(self._term, ratio.numerator))
        minus = "".join(f" − {self._term(term)}" for term in ratio.minus)
        bottom = " + ".join(map(self._term, ratio.denominator))
        return f"({top}{minus}) / ({bottom})"

    def _term(self, term: str) -> str:
        return term_words(self.rulebook, term, self.texts.language)

    def _groups(self) -> Iterator[str]:
        for name, group in self.rulebook.groups.items():
            params = {"id": name, "name": self._written(group.name), "max": plain(group.max)}
            yield self._text("group", **params, criteria=", ".join(group.criteria))

    def _limits(self) -> Iterator[str]:
        for number, criterion in self.rulebook.criteria.items():
            for name, by_level in criterion.thresholds.items():
                limits = ", ".join(
                    f"{level} {self._written(limit)}" for level, limit in by_level.items()
                )
                yield self._text("limit", criterion=number, name=name, limits=limits)

    def _bands(self, bands: Sequence[Band]) -> list[str]:
        return [
            self._text("band", name=self._written(band.name), points=band.points) for band in bands
        ]

    def _policies(self) -> Iterator[str]:
        for name, policy in self.rulebook.policies.named():
            choice = self._written(policy.choices[policy.chosen].text)
            params = {"name": name, "title": self._written(policy.title), "chosen": policy.chosen}
            yield self._text("policy", **params, choice=choice, source=policy.source)

    def _facts(self) -> Iterator[str]:
        for name, rule in self.rulebook.facts_of_parts.items():
            words = self._text(f"rules.{rule.value}")
            yield self._text(
                "fact", fact=self._written(fact_words(self.rulebook, name)), rule=words
            )

    def _column(self, key: str) -> Column:
        kind = {"criterion": Kind.CODE, "outcome": Kind.CODE}.get(key, Kind.TEXT)
        return Column(key=key, title=self._text(f"columns.{key}"), kind=kind)

    def _written(self, value: object) -> str:
        return written(value, self.texts.language)

    def _text(self, key: str, **params: object) -> str:
        return self.texts.text(f"rulebooks.explain.{key}", **params)
