"""The HTML of the pages; every text is escaped here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from surveys.texts import LANGUAGES, Catalog

FOLDER = Path(__file__).parent
STYLE = FOLDER / "style.css"
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


class Way(NamedTuple):
    """A way to answer: a channel's name, its deep link, and what it is like."""

    title: str
    link: str
    hint: str
    pasted: str = ""
    """What to send in the chat, where the link cannot carry it."""


class Tap(NamedTuple):
    """A button of the rating: the option's id and its words."""

    option: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Renders pages in one language. `title` is the authority's name."""

    texts: Catalog
    title: str

    def choice(self, unit: str, ways: Sequence[Way]) -> web.Response:
        """The ways to open the conversation about the dossier of a receipt."""
        listed = "\n".join(self._way(one) for one in ways)
        body = (
            f"{self._p('choose', unit=unit)}\n    <ul>\n{listed}\n    </ul>\n"
            f"{self._p('paper')}{self._p('private')}"
        )
        return self._page(body)

    def counter(self, counter: str, question: str, taps: Sequence[Tap]) -> web.Response:
        """The rating of a counter: one tap, without a name or a code."""
        buttons = "\n".join(_tap(one) for one in taps)
        body = (
            f"    <p>{escape(counter)}</p>\n    <h2>{escape(question)}</h2>\n"
            f'    <form method="post">\n{buttons}\n    </form>\n'
            f"{self._p('anonymous')}{self._p('receipt')}"
            f'    <p><a href="/">{escape(self._text("look_up"))}</a></p>'
        )
        return self._page(body)

    def thanks(self, counter: str) -> web.Response:
        """After the tap."""
        link = f'    <p><a href="/">{escape(self._text("look_up"))}</a></p>'
        return self._page(f"    <p>{escape(counter)}</p>\n{self._p('thanks')}{link}")

    def sorry(self, key: str, status: int) -> web.Response:
        """A code that is unknown, over or revoked, or too many requests; what to do instead."""
        response = self._page(self._p(key))
        response.set_status(status)
        return response

    def _page(self, body: str) -> web.Response:
        other = next(one for one in LANGUAGES if one != self.texts.language)
        html = (FOLDER / "page.html").read_text("utf-8")
        text = html.format(
            language=self.texts.language,
            title=escape(self.title),
            body=body,
            footer=escape(self._text("footer")),
            other=other,
            other_name=escape(self._text("other_language")),
        )
        response = web.Response(text=text, content_type="text/html")
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    def _way(self, way: Way) -> str:
        hint = f"<small>{escape(way.hint)}</small>" if way.hint else ""
        link = escape(way.link, quote=True)
        shown = f'      <li><a class="choice" href="{link}">{escape(way.title)}{hint}</a>'
        if way.pasted:
            said = escape(self._text("paste", channel=way.title))
            shown += f'<p class="paste">{said} <b class="pasted">{escape(way.pasted)}</b></p>'
        return f"{shown}</li>"

    def _p(self, key: str, **params: str) -> str:
        return f"    <p>{escape(self._text(key, **params))}</p>\n"

    def _text(self, key: str, **params: str) -> str:
        return self.texts.text(f"landing.{key}", **params)


def _tap(tap: Tap) -> str:
    option, text = escape(tap.option, quote=True), escape(tap.text)
    return f'      <p><button name="option" value="{option}">{text}</button></p>'
