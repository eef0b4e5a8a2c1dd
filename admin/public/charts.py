"""Bars as SVG, drawn from figures that are shown as numbers next to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, BAR, STEP, LABEL = 380, 20, 32, 118
LONGEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: its label, how long it is from 0 to 1, the words at its end."""

    label: str
    share: float
    words: str


def bars(title: str, listed: Sequence[Bar]) -> str:
    """Horizontal bars with a text alternative that says all of them."""
    said = "; ".join(f"{one.label}: {one.words}" for one in listed)
    height = STEP * len(listed) + 8
    lines = [_bar(place, one) for place, one in enumerate(listed)]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(f"{title}. {said}", quote=True)}">{"".join(lines)}</svg>'
    )


def _bar(place: int, one: Bar) -> str:
    top = place * STEP + 6
    room = WIDTH - LABEL - 90
    length = max(round(one.share * room), 1 if one.share else 0)
    middle = top + BAR - 6
    label = one.label if len(one.label) <= LONGEST else f"{one.label[: LONGEST - 1]}…"
    return (
        f'<text class="label" x="{LABEL - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>'
        f'<rect class="bar" x="{LABEL}" y="{top}" width="{length}" height="{BAR}" rx="3"/>'
        f'<text class="value" x="{LABEL + length + 6}" y="{middle}">{escape(one.words)}</text>'
    )
