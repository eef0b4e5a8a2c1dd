"""Recognizes kinds of sentences by patterns of word classes (sentences.yaml), so that a wish is
understood however it is worded."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from surveys.typed_words import fold, plain, shared_words

FEW_WORDS = 12
"""A longer text is an opinion, whatever it contains."""
_ANY = r"(?: \S+)*"
_NOTHING = "·"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A text is of this kind if a pattern matches and none of `unless` does."""

    patterns: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentences:
    short: Mapping[str, str]
    lookalikes: frozenset[str]
    calls: re.Pattern[str]
    kinds: Mapping[str, _Kind]

    def normal(self, text: str) -> str:
        """The text as patterns are compared with it: folded words, each after a space."""
        words = (self.short.get(word, word) for word in plain(text).split())
        written = shared_words().expand(" ".join(words), "vi").split()
        kept = (_NOTHING if word in self.lookalikes else word for word in written)
        return self.calls.sub("", f" {fold(' '.join(kept))}")


def is_kind(text: str, *names: str) -> bool:
    """Whether a short text is of one of these kinds of sentences.yaml, accents or not."""
    found = _sentences()
    said = found.normal(text)
    if not said.strip() or len(said.split()) > FEW_WORDS:
        return False
    return any(_is_of(said, found.kinds[name]) for name in names)


def _is_of(said: str, kind: _Kind) -> bool:
    excluded = kind.unless is not None and kind.unless.fullmatch(said) is not None
    return not excluded and kind.patterns.fullmatch(said) is not None


@cache
def _sentences() -> _Sentences:
    file = Path(__file__).with_suffix(".yaml")
    tree: dict[str, Any] = yaml.safe_load(unicodedata.normalize("NFC", file.read_text("utf-8")))
    classes = {name: _one_of(phrases) for name, phrases in tree["classes"].items()}
    return _Sentences(
        short=tree["short"],
        lookalikes=frozenset(tree["lookalikes"]),
        calls=re.compile(_one_of(tree["calls"]) + r"(?= |$)"),
        kinds={name: _kind(written, classes) for name, written in tree["kinds"].items()},
    )


def _kind(written: dict[str, list[str]], classes: Mapping[str, str]) -> _Kind:
    unless = written.get("unless")
    return _Kind(
        patterns=_compile(written["patterns"], classes),
        unless=_compile(unless, classes) if unless else None,
    )


def _compile(patterns: Iterable[str], classes: Mapping[str, str]) -> re.Pattern[str]:
    """One expression of all patterns."""
    return re.compile("|".join(f"(?:{_expression(one, classes)})" for one in patterns))


def _expression(pattern: str, classes: Mapping[str, str]) -> str:
    items = ((item.rstrip("*?"), item[len(item.rstrip("*?")) :]) for item in pattern.split())
    return "".join(_ANY if name == "..." else classes[name] + often for name, often in items)


def _one_of(phrases: Iterable[str]) -> str:
    """Any of the phrases, the longest first."""
    folded = sorted({fold(one) for one in phrases}, key=len, reverse=True)
    return f"(?: (?:{'|'.join(map(re.escape, folded))})(?= |$))"
