"""Normalises labels for comparison: no accents, case, brackets, extra spaces."""

import re
import unicodedata
from functools import lru_cache

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NUMBER = re.compile(r"^\s*(?:[IVX]+|\d{1,2}|[A-Da-d])\s*[.)]\s+")
_JOINTS = re.compile(r"[_.,;:*&+\-–—\s]+")


def _plain(text: str) -> str:
    """`text` in lower case ASCII letters, single spaces, no punctuation: "Đơn vị" -> "don vi"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _JOINTS.sub(" ", bare).strip()


plain = lru_cache(maxsize=10_000)(_plain)
"""The same, cached: a table repeats its words. (No decorator: mutmut skips decorated functions.)"""


def _key(text: str) -> str:
    """As `plain`, and without text in brackets: "Năm 2020 (đến 31/3)" -> "nam 2020"."""
    return plain(unbracketed(text)) or plain(text)


key = lru_cache(maxsize=10_000)(_key)
"""The same, cached."""


def unbracketed(text: str) -> str:
    """`text` without text in brackets."""
    return _BRACKETS.sub(" ", text)


def unnumbered(text: str) -> str:
    """`text` without a number before it: "I. Cấp huyện" -> "Cấp huyện"."""
    return _NUMBER.sub("", text) or text


def without(text: str, phrases: tuple[str, ...]) -> str:
    """`text` (plain) without these phrases, each a run of whole words."""
    for phrase in phrases:
        text = re.sub(rf"(?<!\S){re.escape(phrase)}(?!\S)", " ", text)
    return " ".join(text.split())


def starts_with(text: str, word: str) -> bool:
    """Whether `text` (plain) begins with the whole words of `word`."""
    return text == word or text.startswith(f"{word} ")
