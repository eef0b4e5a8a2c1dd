"""The words offices use in tables besides ours (`words.yaml`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from surveys.spelling import fold

MOST_SIGNS = 200
"""Headers are cut to this many characters before they are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All of them folded."""

    short: Mapping[str, str]
    serial: frozenset[str]
    totals: Sequence[str]
    hints: Mapping[str, Sequence[str]]


@cache
def words() -> Words:
    """Load the words of the shipped file."""
    tree = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    return Words(
        short=tree["short"],
        serial=frozenset(fold(one) for one in tree["serial"]),
        totals=tuple(tree["totals"]),
        hints=tree["hints"],
    )


@lru_cache(maxsize=4_000)
def title_keys(title: str) -> tuple[str, ...]:
    """The keys by which a header is looked up: unchanged, then without text in brackets and with
    abbreviations expanded."""
    title = title[:MOST_SIGNS].replace("\u00ad", "")
    plain = fold(title)
    bare = fold(_unbracketed(title))
    written_out = " ".join(words().short.get(word, word) for word in bare.split())
    return tuple(dict.fromkeys(key for key in (plain, written_out) if key))


def _unbracketed(title: str) -> str:
    before, bracket, rest = title.partition("(")
    _, closed, after = rest.partition(")")
    return f"{before} {after}" if bracket and closed else title
