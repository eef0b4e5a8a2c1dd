"""All checks over all tables of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scoring.reconcile.context import Check, Context
from scoring.reconcile.duplicates import check_denominators, check_labels, check_two_values
from scoring.reconcile.figures import Kind
from scoring.reconcile.finding import Code, Finding, Severity
from scoring.reconcile.limits import check_claims, check_quota
from scoring.reconcile.parts import check_parts
from scoring.reconcile.policy import Policy
from scoring.reconcile.rates import check_rates
from scoring.reconcile.scores import check_scores
from scoring.reconcile.shares import check_late, check_series, check_shares
from scoring.reconcile.sums import check_sums
from scoring.reconcile.table import Table
from scoring.reconcile.vocabulary import Vocabulary
from scoring.reconcile.workbook import Workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The findings, and the number of comparisons. `unread`: unknown headers by table title; their
    figures were not checked in any sum.
    """

    findings: tuple[Finding, ...]
    comparisons: int
    unread: tuple[tuple[str, str], ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """The findings that are errors, without the notes."""
        return tuple(f for f in self.findings if f.severity is Severity.WRONG)


CHECKS: tuple[Check, ...] = (
    check_parts,
    check_sums,
    check_shares,
    check_rates,
    check_denominators,
    check_claims,
    check_quota,
    check_scores,
    check_labels,
    check_late,
    check_series,
    check_two_values,
)
"""Every check, each over one table at a time."""


def reconcile(tables: Sequence[Table], vocabulary: Vocabulary, policy: Policy) -> Report:
    """Recompute every printed figure that can be recomputed from the others."""
    workbook = Workbook(tables, vocabulary)
    contexts = [Context(table=table, workbook=workbook, policy=policy) for table in tables]
    checked = [entry for context in contexts for check in CHECKS for entry in check(context)]
    places = {(table.sheet, table.title): i for i, table in reversed(list(enumerate(tables)))}
    kinds = list(Code)
    return Report(
        findings=tuple(
            sorted(
                (entry for entry in checked if entry is not None),
                key=lambda found: (places[found.sheet, found.table], kinds.index(found.code)),
            )
        ),
        comparisons=len(checked),
        unread=tuple((one.table.title, header) for one in contexts for header in _unread(one)),
    )


def _unread(context: Context) -> Iterator[str]:
    """Columns with figures whose header names no quantity and that no line of the file names, and
    percentages of an unknown base.
    """
    yield from (column.header for column in context.ratios.not_understood)
    table = context.table
    named = {id_ for a in table.additions for id_ in (a.whole, *a.parts)} | table.summed
    for column in table.columns:
        printed = any(column.index in row.figures for row in table.rows)
        free = column.kind is Kind.FREE and not column.base
        if printed and free and column.id not in named:
            yield column.header
