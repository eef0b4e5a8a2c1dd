"""Normalises headers, names and codes for comparison: no accents, case, signs, extra spaces."""

import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The five tones that are written, as combining marks."""
_BASE = str.maketrans({"đ": "d", "Đ": "D"})


def unaccented(text: str) -> str:
    """`Hẹn trả, Đã nhận` as `Hen tra, Da nhan`: letters without their marks."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_BASE))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def fold(text: str) -> str:
    """` Ngày hẹn trả (*)` as `ngay hen tra`; spellings of the same name become equal."""
    spaced = "".join(sign if sign.isalnum() else " " for sign in unaccented(text).casefold())
    return " ".join(spaced.split())


def name_key(text: str) -> str:
    """`UBND  xã An Hòa` for comparison: without case, signs and extra spaces, but with accents and
    tones; the letter that carries the tone makes no difference (`Hoà`, `Hòa`).
    """
    parts = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", tidy(text)).casefold())
    spaced = "".join(sign if sign.isalnum() or _is_mark(sign) else " " for sign in parts)
    return " ".join(map(_with_tone_last, spaced.split()))


def _is_mark(sign: str) -> bool:
    return unicodedata.combining(sign) > 0


def _with_tone_last(word: str) -> str:
    tones = "".join(sign for sign in word if sign in _TONES)
    bare = "".join(sign for sign in word if sign not in _TONES)
    return unicodedata.normalize("NFC", bare) + tones


def tidy(text: str) -> str:
    """In NFC, trimmed, white space collapsed; invisible and control characters removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.translate(_INVISIBLE)
    return " ".join(text.split())


def storable(text: str) -> str:
    """The text without what databases reject: NUL characters and unpaired surrogates."""
    return text.encode(errors="replace").decode().replace("\0", "")


_CONTROLS = (sign for sign in (*range(0x20), *range(0x7F, 0xA0)) if not chr(sign).isspace())
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Signs that turn the direction of writing, so that a name shows as another one."""
_JOINERS = (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD)
_INVISIBLE = dict.fromkeys((*_JOINERS, *_DIRECTIONS, *_CONTROLS))
