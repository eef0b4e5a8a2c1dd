"""Converts pre-Unicode Vietnamese text: TCVN3 (ABC; fonts like .VnTime) and VNI (VNI-Times).

Such text consists of Latin characters that only its font shows as Vietnamese: "M· hå s¬" and
"Maõ hoà sô" are "Mã hồ sơ". TCVN 5712:1993, table VN3; VNI Encoding for Windows.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class Legacy(StrEnum):
    """A legacy encoding, by its common name."""

    TCVN3 = "TCVN3 (ABC)"
    VNI = "VNI"


_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_ROUND = {"á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_ALONE = {"ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ô": "ơ", "ö": "ư"}


def _vni() -> dict[str, str]:
    """The lower-case letter that two characters (or one) encode."""
    found = dict(_ALONE)
    for base in "aeouy":
        found |= {base + sign: base + tone for sign, tone in _TONES.items()}
    for base in "aeo":
        found[f"{base}â"] = f"{base}\u0302"
        found |= {base + sign: f"{base}\u0302{tone}" for sign, tone in _ROUND.items()}
    found["aê"] = "a\u0306"
    found |= {f"a{sign}": f"a\u0306{tone}" for sign, tone in _BREVE.items()}
    for sign, letter in (("ô", "ơ"), ("ö", "ư")):
        found |= {sign + mark: letter + tone for mark, tone in _TONES.items()}
    return {sign: unicodedata.normalize("NFC", letters) for sign, letters in found.items()}


_VNI = _vni()
_VNI_SIGNS = re.compile("|".join(sorted(_VNI, key=len, reverse=True)), re.IGNORECASE)
_TCVN3_ONLY = re.compile(
    r"[A-Za-z][¨©ª«¬®µ¶·¸¹»¼½¾§¦Þßþ÷×]|[¨©ª«¬®µ¶·¸¹»¼½¾§¦][A-Za-z]|(?<!\w)§[\w¬«]"
)
_VNI_ONLY = re.compile(r"[aeouyôö][øûïåäëü]|[ae][âáàã]|[oa]â|aê|[aeouy]õ|[aeo]ù|ñ\w", re.IGNORECASE)
"""Sequences that no Unicode text has; "oà" and "oã" are not evidence of VNI: Hoà, hoãn."""
_MODERN = re.compile("[ạ-ỹĂăĐđƠơƯư\u0300-\u036f]")
_WORD = re.compile(r"[^\s/,;:().-]+")
_FAIR = frozenset("“”‘’–—…°²³€·•«»©®×÷½¼¾±§")
LETTERS = frozenset(
    unicodedata.normalize("NFC", base + tone)
    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯYđĐ"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)


def detect(texts: Iterable[str]) -> Legacy | None:
    """Detect the legacy encoding of a file's texts; None for Unicode and for plain ASCII."""
    old = {Legacy.TCVN3: 0, Legacy.VNI: 0}
    modern = 0
    for text in texts:
        if text.isascii():
            continue
        modern += bool(_MODERN.search(text))
        if _TCVN3_ONLY.search(text):
            old[Legacy.TCVN3] += 1
        elif _VNI_ONLY.search(text):
            old[Legacy.VNI] += 1
    best = max(old, key=lambda one: old[one])
    return best if old[best] > modern else None


def convert(text: str, legacy: Legacy) -> str:
    """Convert the text to Unicode; a text that is Unicode already stays."""
    if text.isascii() or _MODERN.search(text):
        return text
    if legacy is Legacy.VNI:
        return _VNI_SIGNS.sub(_vni_letter, text)
    return _WORD.sub(_tcvn3_word, text)


def is_vietnamese(text: str) -> bool:
    """Whether every character can occur in Vietnamese text: a wrong encoding seldom gives that."""
    return all(sign.isascii() or sign in LETTERS or sign in _FAIR for sign in text)


def _tcvn3_word(match: re.Match[str]) -> str:
    """Convert a word. The fonts have lower case only; a second font draws the capitals."""
    word = match[0]
    plain = [sign for sign in word if sign.isascii() and sign.isalpha()]
    text = "".join(_TCVN3.get(sign, sign) for sign in word)
    return text.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else text


def _vni_letter(match: re.Match[str]) -> str:
    letter = _VNI[match[0].lower()]
    return letter.upper() if match[0][0].isupper() else letter
