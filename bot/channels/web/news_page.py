"""What changed because of the answers: a page of its own, and a line on the others."""

from collections.abc import Mapping, Sequence
from html import escape

from surveys.store.results.news import Piece
from surveys.texts import Catalog

NEWS_PATH = "/news"


def line(pieces: Sequence[Piece], texts: Catalog) -> str:
    """A link to the news; nothing where there is none."""
    if not pieces:
        return ""
    return f'<p class="note"><a href="{NEWS_PATH}">{escape(texts.text("page.news"))}</a></p>'


def render(pieces: Sequence[Piece], texts: Mapping[str, Catalog], title: str) -> str:
    """The whole page, in Vietnamese, with the English words where there are any."""
    own = texts["vi"]
    heading, back = escape(own.text("page.news")), escape(own.text("page.back"))
    items = "".join(_item(one, title) for one in pieces)
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading} – {escape(title)}</title>"
        '<link rel="stylesheet" href="/pages/chat.css"></head><body class="plain">'
        f'<main><header><h1>{heading}</h1></header><ol id="talk">{items}</ol>'
        f'<p class="note"><a href="/">{back}</a></p></main></body></html>'
    )


def _item(one: Piece, title: str) -> str:
    where = escape(one.unit_name or title)
    english = f'<br><span lang="en">{escape(one.words_en)}</span>' if one.words_en else ""
    words = f"({escape(one.period)}): {escape(one.words)}{english}"
    return f'<li class="bot"><strong>{where}</strong> {words}</li>'
