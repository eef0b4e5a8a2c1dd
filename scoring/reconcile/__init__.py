"""Reconciles printed tables: reports every figure that does not add up.

Pure: `read_tables` turns the cells of a sheet into tables, `reconcile` recomputes them.
"""

from scoring.reconcile.finding import Cause, Code, Finding, Reason, Severity
from scoring.reconcile.policy import Policy, RateRounding, policy_of
from scoring.reconcile.reading import read_tables
from scoring.reconcile.report import Report, reconcile
from scoring.reconcile.table import Table
from scoring.reconcile.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "Cause",
    "Code",
    "Finding",
    "Policy",
    "RateRounding",
    "Reason",
    "Report",
    "Severity",
    "Table",
    "Vocabulary",
    "load_vocabulary",
    "policy_of",
    "read_tables",
    "reconcile",
]
