"""Units that follow one another in a circle, as parents or as successors."""

from collections.abc import Callable, Mapping

from surveys.errors import Refusal
from surveys.store.dossiers.units import Unit

Links = Callable[[Unit], tuple[str, ...]]


def refuse_circles(known: Mapping[str, Unit], links: Links, refusal: str) -> None:
    """Raises this Refusal, with the codes, when following the links of a unit leads back to it."""
    sound: set[str] = set()
    for start in known:
        way: list[str] = []
        to_do = [(start, False)]
        while to_do:
            code, is_followed = to_do.pop()
            if is_followed:
                sound.add(way.pop())
            elif code in way:
                raise Refusal(refusal, codes=" → ".join([*way[way.index(code) :], code]))
            elif code in known and code not in sound:
                way.append(code)
                to_do.append((code, True))
                to_do += [(one, False) for one in reversed(links(known[code]))]
