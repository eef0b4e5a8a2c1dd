"""Finds codes in typed text: of dossiers and complaints, and the tokens of pasted links."""

import re
import unicodedata

from bot.conversation.words import without_talk
from surveys.privacy import normal_phone
from surveys.typed_words import clean

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−_﹣－", "-"))
_JOINT = r"(?:\s*-\s*|\s+)"
_OFFICIAL = re.compile(
    r"(?<![0-9A-Z.])((?:[0-9A-Z]{2,3}\s*\.\s*){0,3}"
    r"[A-Z]\d{2}(?:\s*\.\s*[0-9A-Z]{1,3})*)" + _JOINT + r"(\d{6})"
    r"(?:" + _JOINT + r"(\d{4,12})|\s*-\s*(\d{2}(?=\d*[A-Z])[0-9A-Z]{4,12}))(?![0-9A-Z])"
)
"""The last group is the number of a central system, letters and digits: never after a mere space,
where a word may follow.
"""
_DIGITS = str.maketrans("OIL", "011")
_GAP = r"[\s.,/-]+"
_D = "[0-9OIL]"
_SLOPPY = re.compile(
    rf"(?<![0-9A-Z])((?:{_D}{{3}}[\s.,/-]*{_D}{{2}}[\s.,/-]*{_D}{{2}}[\s.,/-]*)?)"
    rf"([A-Z]{_D}{{2}}(?:[\s.,/]+{_D}{{1,3}})*){_GAP}({_D}{{6}}){_GAP}({_D}{{4,5}})(?![0-9A-Z])"
)
_ANY = re.compile(r"(?=.*[A-Z])(?=(?:.*\d){3})[0-9A-Z][0-9A-Z.-]{3,39}")
_REFERENCE = re.compile(r"[A-Z2-7]{8}")
_WORD = re.compile(r"(?<![0-9A-Z])[A-Z2-7]{8}(?![0-9A-Z])")
_LINK = re.compile(r"\S*(?:#|/l/|[?&]start=)([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])\S*")
"""What came after the token on its way: a full stop, a bracket, a tracker's parameter."""
_MAX_LENGTH = 200


def official_code(text: str, max_words: int = _MAX_LENGTH) -> str | None:
    """A dossier code as TT 01/2018/TT-VPCP Điều 19 and TT 03/2025/TT-VPCP Điều 13 build it, with at
    most a few words around it.

    Small letters, any kind of dash, and spaces around or instead of dashes are forgiven.
    """
    plain = _plain(text)
    match, sloppy = _OFFICIAL.search(plain), _SLOPPY.search(plain)
    if match is None or (sloppy is not None and sloppy[1] and "." not in match[1]):
        return _sloppy_code(plain, max_words)
    around = (plain[: match.start()] + " " + plain[match.end() :]).split()
    unit = "".join(match[1].split())
    return f"{unit}-{match[2]}-{match[3] or match[4]}" if len(around) <= max_words else None


def _sloppy_code(plain: str, max_words: int) -> str | None:
    """A code with O for 0, I for 1, and any separator or none between its parts."""
    match = _SLOPPY.search(plain)
    if match is None:
        return None
    around = (plain[: match.start()] + " " + plain[match.end() :]).split()
    if len(around) > max_words:
        return None
    ministry, province, day, number = match.groups()
    parts = re.findall(r"[0-9OIL]", ministry or "")
    digits = "".join(parts).translate(_DIGITS)
    head = f"{digits[:3]}.{digits[3:5]}.{digits[5:7]}." if digits else ""
    levels = re.split(_GAP, province[1:].strip(" .,/-"))
    unit = province[0] + ".".join(levels).translate(_DIGITS)
    return f"{head}{unit}-{day.translate(_DIGITS)}-{number.translate(_DIGITS)}"


def possible_code(text: str) -> str | None:
    """The whole text as a code of another format: letters and at least three digits."""
    squeezed = re.sub(r"\s*([.-])\s*", r"\1", _plain(without_talk(_plain(text))))
    if not _ANY.fullmatch(squeezed) or normal_phone(squeezed):
        return None
    return squeezed


def possible_reference(text: str) -> str | None:
    """The text, without words like “mã theo dõi”, as the reference of a complaint."""
    code = "".join(_plain(without_talk(_plain(text))).split()).replace("-", "")
    return code if _REFERENCE.fullmatch(code) else None


def reference_within(text: str) -> str | None:
    """The one word of a sentence that is built like a reference and unlike a word: with a digit."""
    found = [word for word in _WORD.findall(_plain(text)) if not word.isalpha()]
    return found[0] if len(found) == 1 else None


def token_in_link(text: str) -> str | None:
    """The token of a link of this bot that was pasted into the chat instead of opened."""
    match = _LINK.fullmatch(text.strip())
    return match[1] if match else None


def _plain(text: str) -> str:
    shown = clean(text[:_MAX_LENGTH])[0]
    return " ".join(unicodedata.normalize("NFKC", shown).upper().translate(_DASHES).split())
