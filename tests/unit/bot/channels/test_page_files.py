"""The page's own files: what old browsers, small screens and screen readers need."""

import re
from importlib.resources import files

import pytest

from tests.acceptance.support import old_browsers

PAGES = files("bot.channels.web") / "pages"
CSS, HTML, JS = ((PAGES / f"chat.{kind}").read_text("utf-8") for kind in ("css", "html", "js"))
LANDING = (files("bot.landing") / "style.css").read_text("utf-8")


def test_the_script_is_read_by_browsers_of_2018() -> None:
    """No syntax of later years, and none of the functions that came with it."""
    code = re.sub(r'"[^"\n]*"|`[^`]*`|//[^\n]*|/[^/\n]+/[a-z]*', "", JS)
    assert old_browsers.NEWER_SYNTAX.findall(code) == []
    used = [
        name
        for names in old_browsers.NEWER_SCRIPT.values()
        for name in names
        if re.search(rf"[.\s(]{name}\(", code)
    ]
    assert used == []


@pytest.mark.parametrize("css", [CSS, LANDING], ids=["chat", "landing"])
def test_every_newer_style_has_one_for_browsers_of_2018_before_it(css: str) -> None:
    """`dvh`, `min()`, `anywhere` …; no `gap` between buttons in a row."""
    assert list(old_browsers.lost(css)) == []


@pytest.mark.parametrize(
    "rule",
    [".row { display: flex; gap: 1rem; }", "p { padding: env(x); }", "p { inset: 0; }",
     "p { height: 100dvh; }", "p { width: min(1px, 2vw); }", "p { margin-inline: auto; }"],
)  # fmt: skip
def test_a_newer_style_alone_is_seen(rule: str) -> None:
    """Also what a browser of 2018 keeps: nothing of it."""
    assert len(list(old_browsers.lost(rule))) == 1
    assert old_browsers.as_read_then(rule).partition("{")[2].strip(" }") in {"", "display: flex;"}


def _light(name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}})", CSS)
    assert found is not None
    return found[1]


def _contrast(one: str, two: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_the_focus_ring_can_be_seen() -> None:
    """At least 3 to 1 on the paper and on a bubble (WCAG 2.2, 1.4.11)."""
    assert "outline: 3px solid var(--mark)" in CSS
    assert min(_contrast(_light("mark"), _light(on)) for on in ("paper", "theirs")) >= 3


def test_the_talk_is_a_log_and_tells_what_is_missing_without_scripts() -> None:
    """The list keeps its role; the notice is the first thing in it."""
    log = HTML.partition('role="log"')[2]
    assert log.index("<noscript>") < log.index('<ol id="talk">')
    assert "prefers-color-scheme: dark" in CSS
    assert re.search(r"\.buttons \.row \{[^}]*flex-wrap: wrap", CSS)
