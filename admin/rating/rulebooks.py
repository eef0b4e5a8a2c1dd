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
    one of the period; without a period the last one that gives points, since what asks without
    one deals in points. `policies` override choices for open questions
    (`late_without_complaint=ignore_time`).

    Raises Refusal `rulebooks.*`, and OSError for a missing file.
    """
    name = wanted or runtime.settings.rulebook
    rulebook = _kept(runtime, named(name) if name else _national(runtime, period))
    if not policies:
        return rulebook
    return with_choices(rulebook, dict(one.partition("=")[::2] for one in policies))


def chosen_if_named(runtime: Runtime, wanted: str | None) -> tuple[Rulebook, ...]:
    """The rulebook named on the command line or in the settings; none where neither names one.

    Raises as `chosen`.
    """
    name = wanted or runtime.settings.rulebook
    return (named(name),) if name else ()


def named(name: str) -> Rulebook:
    """The shipped rulebook with this id, or the one in this file. Raises as `chosen`."""
    in_a_file = name.lower().endswith((".yaml", ".yml"))
    return in_file(Path(name)) if in_a_file else find_rulebook(name)


def _national(runtime: Runtime, period: Period | None) -> Rulebook:
    shipped = shipped_rulebooks()
    if period is not None:
        return applicable(shipped, period.start, period.end)
    with_points = [book for book in shipped if book.has_total]
    return applicable(with_points, runtime.today, runtime.today)


def _kept(runtime: Runtime, rulebook: Rulebook) -> Rulebook:
    """Add the authority's decision to keep using the rulebook, if the settings name one."""
    decision = runtime.settings.rulebook_decision
    ends = rulebook.basis is not None and rulebook.basis.ends is not None
    if not decision or rulebook.local_decision or not ends:
        return rulebook
    return rulebook.model_copy(update={"local_decision": decision})


def in_file(file: Path) -> Rulebook:
    """The rulebook in this file. Raises OSError when it cannot be opened, Refusal `rulebooks.*`."""
    with file.open("rb"):
        return load_rulebook(file)
