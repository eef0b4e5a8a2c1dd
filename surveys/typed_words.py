"""Normalises what citizens type; the words that every form understands (typed_words.yaml)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from surveys import yaml_lines
from surveys.memo import Memo
from surveys.spelling import unaccented

TEXT_LIMIT = 4000
"""Characters of free text that are kept."""

_MATCHED = 200
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_INVISIBLE = frozenset("\u200b\u200e\u200f\u2060\ufeff\u061c\u00ad") | frozenset(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)


def plain(text: str) -> str:
    """The text in lower case, words separated by one space, signs and invisible marks removed.

    Accents are kept. Every kind of digit (１, 1️⃣, ١) becomes an ASCII digit. A text of symbols only
    keeps them. A text longer than any answer becomes empty.
    """
    if len(text) > _MATCHED:
        return ""
    letters = "".join(map(_LETTERS.__getitem__, unicodedata.normalize("NFKC", text).casefold()))
    symbols = letters if any(map(str.isalnum, letters)) else ""
    kept = "".join(map(_WITHOUT_SYMBOLS.__getitem__, symbols)) or letters
    joined = _REPEATED.sub(r"\1", " ".join(kept.split()))
    return unicodedata.normalize("NFC", joined)


def fold(text: str) -> str:
    """`plain` without accents: "Rất hài lòng!" and "rat hai long" become equal."""
    return " ".join(unaccented(plain(text)).split())


def clean(text: str) -> tuple[str, bool]:
    """Free text as it is stored, and whether it had to be cut.

    NFC, at most TEXT_LIMIT characters; control characters, unpaired surrogates and bidirectional
    marks are removed, since they break databases and pages.
    """
    head = "".join(map(_STORABLE.__getitem__, text[: 5 * TEXT_LIMIT]))
    whole = unicodedata.normalize("NFC", head).strip()
    return whole[:TEXT_LIMIT].rstrip(), len(whole) > TEXT_LIMIT


def count(word: str) -> int | None:
    """The whole number below 1000 a word is, or None; only ASCII digits are numbers here."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 4 else None


def word_count(text: str) -> int:
    """The number of words that contain a letter."""
    return sum(any(map(str.isalpha, word)) for word in text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWords:
    """The lists of typed_words.yaml, as written and folded; fillers only as written."""

    shorthands: Mapping[str, Mapping[str, str]]
    fillers: frozenset[str]
    beside_numbers: frozenset[str]
    written: Mapping[str, frozenset[str]]
    lists: Mapping[str, frozenset[str]]

    def expand(self, text: str, language: str) -> str:
        """`plain` with shorthands written out: "ko hl" becomes "không hài lòng"."""
        short = self.shorthands.get(language, {})
        return " ".join(short.get(word, word) for word in plain(text).split())

    def spellings(self, text: str, language: str) -> set[str]:
        """Every reading of the text, folded (see `readings`); at least one."""
        return {fold(reading) for reading in self.readings(text, language)} - {""}

    def readings(self, text: str, language: str) -> set[str]:
        """Every reading of the text, accents kept: shorthands expanded, with all, some or no
        politeness words removed.
        """
        words = self.expand(text, language).split()
        start, end = 0, len(words)
        while start < len(words) and words[start] in self.fillers:
            start += 1
        while end and words[end - 1] in self.fillers:
            end -= 1
        starts, ends = range(start + 1), range(end, len(words) + 1)
        return {" ".join(words[a:b]) for a in starts for b in ends if a < b}

    def writes(self, text: str, name: str, language: str) -> bool:
        """Whether the text is one of the words of this list, accents included."""
        return not self.readings(text, language).isdisjoint(self.written[name])

    def means(self, text: str, name: str, language: str) -> bool:
        """Whether the text is one of the words of this list: as written where any list has it
        so ("dừng" is not "đúng"), else without accents.
        """
        readings = self.readings(text, language)
        if any(not readings.isdisjoint(words) for words in self.written.values()):
            return not readings.isdisjoint(self.written[name])
        return not self.spellings(text, language).isdisjoint(self.lists[name])

    def without_numbers(self, text: str) -> str:
        """A line copied from the screen without its number: "2. Gửi, xong", "thêm 6 câu"."""
        beside = self.beside_numbers
        words = plain(text).split()
        return " ".join(word for word in words if count(word) is None and word not in beside)

    def number(self, text: str) -> int | None:
        """The whole number the text consists of, if it is nothing else: "số 2.", "2️⃣", "(2)"."""
        beside = self.beside_numbers | self.fillers
        rest = [word for word in plain(text).split() if word not in beside]
        return count(rest[0]) if len(rest) == 1 else None


@cache
def shared_words() -> SharedWords:
    """The words shipped with the product; read once and cached."""
    tree = _Lists.model_validate(
        yaml_lines.read(Path(__file__).with_suffix(".yaml"), "words").values
    )
    return SharedWords(
        shorthands=tree.shorthands,
        fillers=frozenset(tree.fillers),
        beside_numbers=frozenset(tree.beside_numbers),
        written={name: frozenset(map(plain, words)) for name, words in tree.lists.items()},
        lists={name: frozenset(map(fold, words)) for name, words in tree.lists.items()},
    )


class _Lists(BaseModel):
    """The shape of the file: every word is text, so that "n" does not become a boolean."""

    shorthands: dict[str, dict[str, str]]
    fillers: list[str]
    beside_numbers: list[str]
    lists: dict[str, list[str]]


def _letter(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category in {"Cf", "Me", "Cs", "Co", "Cn"} or 0xFE00 <= ord(sign) <= 0xFE0F:
        return ""
    return " " if category[0] in "PZC" else sign


def _without_symbol(sign: str) -> str:
    return " " if unicodedata.category(sign)[0] == "S" else sign


def _storable(sign: str) -> str:
    if sign in "\n\t":
        return sign
    return "" if sign in _INVISIBLE or unicodedata.category(sign) in {"Cc", "Cs"} else sign


_LETTERS = Memo(_letter)
_WITHOUT_SYMBOLS = Memo(_without_symbol)
_STORABLE = Memo(_storable)
