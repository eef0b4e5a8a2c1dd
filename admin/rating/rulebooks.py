"""Which rulebook a command rates by: named, a local file, or the deployment's own."""

from collections.abc import Sequence
from pathlib import Path

from admin.kit.runtime import Runtime
from scoring.law import Rulebook
from scoring.rulebook import find_rulebook, load_rulebook, with_choices


def chosen(runtime: Runtime, wanted: str | None, policies: Sequence[str] = ()) -> Rulebook:
    """The rulebook with this id, or in this file (`*.yaml`), or of the settings; `policies` are
    open questions to settle otherwise (`late_without_complaint=ignore_time`).

    Raises Refusal `rulebooks.*`, and OSError for a file that is not there.
    """
    name = wanted or runtime.settings.rulebook
    in_a_file = name.lower().endswith((".yaml", ".yml"))
    rulebook = in_file(Path(name)) if in_a_file else find_rulebook(name)
    if not policies:
        return rulebook
    return with_choices(rulebook, dict(one.partition("=")[::2] for one in policies))


def in_file(file: Path) -> Rulebook:
    """The rulebook in this file. Raises OSError when it cannot be opened, Refusal `rulebooks.*`."""
    with file.open("rb"):
        return load_rulebook(file)
