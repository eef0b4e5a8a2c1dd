"""The input of a check: one table of a workbook and the policy; each quantity computed once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from scoring.reconcile.amounts import Amounts
from scoring.reconcile.finding import Checked
from scoring.reconcile.policy import Policy
from scoring.reconcile.ratios import Ratios, ratios_of
from scoring.reconcile.table import Table
from scoring.reconcile.workbook import Workbook


@dataclass(frozen=True, kw_only=True)
class Context:
    """One table, the workbook it is printed in, and how strictly it is checked."""

    table: Table
    workbook: Workbook
    policy: Policy

    @cached_property
    def amounts(self) -> Amounts:
        """The quantities of the table, printed or added up."""
        return Amounts(self.table, self.workbook.vocabulary)

    @cached_property
    def ratios(self) -> Ratios:
        """The percentages and fractions of the table."""
        return ratios_of(self.amounts)


Check: TypeAlias = Callable[[Context], Checked]
"""A check of one table: one entry a comparison made, a finding or None where it holds."""
