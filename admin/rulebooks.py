"""Which rulebook a command rates by: named, a local file, or the deployment's own."""

from pathlib import Path

from admin.runtime import Runtime
from scoring.law import Rulebook
from scoring.rulebook import find_rulebook, load_rulebook


def chosen(runtime: Runtime, wanted: str | None) -> Rulebook:
    """The rulebook with this id, or in this file (`*.yaml`), or of the settings.

    Raises Refusal `rulebooks.*`.
    """
    name = wanted or runtime.settings.rulebook
    if name.lower().endswith((".yaml", ".yml")):
        return load_rulebook(Path(name))
    return find_rulebook(name)
