"""Which unit a name that is nobody's exact name may mean: shortenings, old names, lost tones."""

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
NEAR = 0.8
"""How alike two names must be, once tones are gone, to be proposed."""
AT_MOST = 3


def likely(text: str, names: Iterable[tuple[str, str]]) -> list[str]:
    """The codes of the units that `text` may mean, out of (name, code); the likeliest kind of
    likeness alone, and nothing where too many are alike."""
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
    """The name without its council, abbreviations of its kind written out; where `bare`, also
    without its kind. Tones stay."""
    rest = name_key(text).removesuffix(f" {FORMER}")
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
