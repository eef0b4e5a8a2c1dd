"""Headers, names and codes as they are compared: without accents, case, signs, extra spaces."""

import unicodedata

_BASE = str.maketrans({"đ": "d", "Đ": "D"})


def unaccented(text: str) -> str:
    """`Hẹn trả, Đã nhận` as `Hen tra, Da nhan`: letters without their marks."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_BASE))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def fold(text: str) -> str:
    """`  Ngày  hẹn trả (*)` as `ngay hen tra`; two writings of one name fold alike."""
    spaced = "".join(sign if sign.isalnum() else " " for sign in unaccented(text).casefold())
    return " ".join(spaced.split())


def tidy(text: str) -> str:
    """In NFC, trimmed, every run of white space one space; invisible and control signs removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.translate(_INVISIBLE)
    return " ".join(text.split())


def storable(text: str) -> str:
    """Without what no database takes: zero bytes and halves of surrogate pairs."""
    return text.encode(errors="replace").decode().replace("\0", "")


_CONTROLS = (sign for sign in (*range(0x20), *range(0x7F, 0xA0)) if not chr(sign).isspace())
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, *_CONTROLS))
