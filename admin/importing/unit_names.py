"""Suggests units for a name without an exact match: abbreviations, old names, lost tones."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from surveys.spelling import fold, name_key

SHORT = {
    "x": ("xã",),
    "p": ("phường", "phòng"),
    "tt": ("thị trấn",),
    "tx": ("thị xã",),
    "tp": ("thành phố",),
    "h": ("huyện",),
    "q": ("quận",),
    "t": ("tỉnh",),
    "s": ("sở",),
    "vp": ("văn phòng",),
}
"""How the kind of a unit is abbreviated."""
KINDS = tuple(
    sorted({name_key(word) for words in SHORT.values() for word in words}, key=len, reverse=True)
)
COUNCILS = tuple(map(name_key, ("UBND", "Ủy ban nhân dân", "HĐND và UBND", "HĐND-UBND")))
FORMER = name_key("cũ")
SUPERIOR = re.compile(
    r"\s*[,(–-]\s*(?:huyện|quận|thị xã|thành phố|tỉnh|[hqt]\.|tx\b|tp\b)\s*\S.*$", re.IGNORECASE
)
"""The district or province that follows a unit's name: `, huyện An Lão`."""
NEAR = 0.8
"""The least similarity of two names without tones for a suggestion (`difflib` ratio)."""
AT_MOST = 3


def likely(text: str, names: Iterable[tuple[str, str]]) -> list[str]:
    """The codes of the units that `text` may name, out of (name, code); only those of the closest
    kind of match, and none if too many match."""
    known = list(names)
    for match in (_same_core, _initials, _same_without_tones, _near):
        found = sorted(set(match(text, known)))
        if found:
            return found if len(found) <= AT_MOST else []
    return []


def _same_core(text: str, known: list[tuple[str, str]]) -> Iterator[str]:
    wanted = _cores(text)
    return (code for name, code in known if wanted & _cores(name))


def _initials(text: str, known: list[tuple[str, str]]) -> Iterator[str]:
    wanted = {fold(one).replace(" ", "") for one in _cores(text, bare=False)}
    return (code for name, code in known if wanted & _abbreviations(name))


def _same_without_tones(text: str, known: list[tuple[str, str]]) -> Iterator[str]:
    wanted = {fold(core) for core in _cores(text)}
    return (code for name, code in known if wanted & {fold(core) for core in _cores(name)})


def _near(text: str, known: list[tuple[str, str]]) -> Iterator[str]:
    folded: dict[str, list[str]] = {}
    for name, code in known:
        folded.setdefault(fold(name), []).append(code)
    close = get_close_matches(fold(text), folded, n=AT_MOST, cutoff=NEAR)
    return (code for name in close for code in folded[name])


def _cores(text: str, *, bare: bool = True) -> set[str]:
    """The name without “UBND”, and its superior unit, with the abbreviation of its kind expanded;
    if `bare`, also without its kind. Tones stay."""
    own = SUPERIOR.sub("", unicodedata.normalize("NFC", text))
    rest = name_key(own).removesuffix(f" {FORMER}")
    for council in COUNCILS:
        rest = rest.removeprefix(f"{council} ")
    first, _, others = rest.partition(" ")
    whole = {f"{name_key(kind)} {others}" for kind in SHORT.get(first, ()) if others} or {rest}
    return whole | {_without_kind(one) for one in whole} if bare else whole


def _without_kind(name: str) -> str:
    for kind in KINDS:
        if name.startswith(f"{kind} "):
            return name.removeprefix(f"{kind} ")
    return name


def _abbreviations(name: str) -> set[str]:
    """`Phòng Lao động - Thương binh và Xã hội` as `phongldtbxh`, `phongldtbvxh`, `pldtbxh` …"""
    words = fold(name).split()
    shorter = [word for word in words if word != "va"]
    return {
        "".join(some[:whole]) + "".join(word[0] for word in some[whole:])
        for some in (words, shorter)
        for whole in range(min(3, len(some) - 1))
        if len(some) - whole > 1
    }
