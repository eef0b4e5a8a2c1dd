"""Finds the rulebook a command uses: by id, from a local file, or from the settings."""

from collections.abc import Sequence
from pathlib import Path

from admin.kit.runtime import Runtime
from scoring.law import Rulebook
from scoring.rulebook import (
    applicable,
    find_rulebook,
    load_rulebook,
    shipped_rulebooks,
    with_choices,
)
from surveys.period import Period


def chosen(
    runtime: Runtime,
    wanted: str | None,
    policies: Sequence[str] = (),
    period: Period | None = None,
) -> Rulebook:
    """The rulebook with this id, or in this file (`*.yaml`), or of the settings, else the national
    one of the period (of today without one). `policies` override choices for open questions
    (`late_without_complaint=ignore_time`).

    Raises Refusal `rulebooks.*`, and OSError for a missing file.
    """
    name = wanted or runtime.settings.rulebook
    rulebook = _kept(runtime, named(name) if name else _national(runtime, period))
    if not policies:
        return rulebook
    return with_choices(rulebook, dict(one.partition("=")[::2] for one in policies))


def named(name: str) -> Rulebook:
    """The shipped rulebook with this id, or the one in this file. Raises as `chosen`."""
    in_a_file = name.lower().endswith((".yaml", ".yml"))
    return in_file(Path(name)) if in_a_file else find_rulebook(name)


def _national(runtime: Runtime, period: Period | None) -> Rulebook:
    days = (runtime.today, runtime.today) if period is None else (period.start, period.end)
    return applicable(shipped_rulebooks(), *days)


def _kept(runtime: Runtime, rulebook: Rulebook) -> Rulebook:
    """Add the authority's decision to keep using the rulebook, if the settings name one."""
    decision = runtime.settings.rulebook_decision
    if not decision or rulebook.local_decision:
        return rulebook
    return rulebook.model_copy(update={"local_decision": decision})


def in_file(file: Path) -> Rulebook:
    """The rulebook in this file. Raises OSError when it cannot be opened, Refusal `rulebooks.*`."""
    with file.open("rb"):
        return load_rulebook(file)
