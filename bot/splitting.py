"""Splits a text into the messages of a channel.

Lengths are UTF-16 code units: where a channel counts characters instead, a piece is never longer.
"""

import unicodedata

BREAKS = ("\n\n", "\n", ". ", " ")
JOINERS = "\u200d\ufe0e\ufe0f"


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def split_text(text: str, limit: int) -> list[str]:
    """Split into NFC pieces of at most `limit` code units, at natural boundaries.

    A cut falls after a paragraph, a line, a sentence or a word if one ends in the second half of
    the piece; else anywhere, but never inside a grapheme cluster. Half a surrogate pair,
    which cannot be sent, becomes a question mark.
    """
    sound = text.encode("utf-8", "replace").decode()
    rest = unicodedata.normalize("NFC", sound).strip()
    pieces: list[str] = []
    while utf16_length(rest) > limit:
        cut = _cut(rest, _fitting(rest, limit))
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def _fitting(text: str, limit: int) -> int:
    """How many characters from the beginning fit into `limit` code units."""
    units = 0
    for count, char in enumerate(text):
        units += 1 + (ord(char) > 0xFFFF)
        if units > limit:
            return count
    return len(text)


def _cut(text: str, most: int) -> int:
    for ending in BREAKS:
        found = text.rfind(ending, most // 2, most)
        if found >= 0:
            return found + len(ending)
    cut = most
    while cut > most // 2 and _glued(text, cut):
        cut -= 1
    return cut


def _glued(text: str, cut: int) -> bool:
    """Whether the characters on both sides of the cut are drawn as one."""
    before, after = text[cut - 1], text[cut]
    return after in JOINERS or before == "\u200d" or bool(unicodedata.combining(after))
