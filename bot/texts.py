"""The texts citizens read, by language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from surveys.errors import Refusal
from surveys.texts import LANGUAGES, Catalog, differences

LOCALES = Path(__file__).parent / "locales"


@cache
def load_texts() -> Mapping[str, Catalog]:
    """All texts by language, read once per process.

    Raises Refusal `texts.unequal` when one language lacks a text.
    """
    texts = {language: Catalog.load(LOCALES, language) for language in LANGUAGES}
    first, *others = texts.values()
    missing = [key for other in others for key in differences(first, other)]
    if missing:
        raise Refusal("texts.unequal", folder=str(LOCALES), keys=", ".join(missing))
    return texts
