"""Opens the sheets of any kind of file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from admin.sheets import legacy_text, text_files
from admin.sheets.kinds import Kind, kind_of
from admin.sheets.legacy_text import Legacy
from admin.sheets.page import Page
from admin.sheets.values import Numbered

SAMPLE = 300
Rate = Callable[[Sequence[Numbered]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """All sheets of a file, and how it was read."""

    kind: Kind
    pages: Sequence[Page]
    hidden: Sequence[Page] = ()
    """Hidden worksheets, which `pages` does not have."""
    delimiter: str = ","
    writing: str = ""
    """The legacy encoding that was converted; empty for Unicode."""


def read_pages(path: Path, rate: Rate, wanted: str | None = None) -> Pages:
    """Open a file of any kind, detected by its content. `rate` scores the first rows of a text file
    read with a given delimiter. The worksheet `wanted` is never left out as hidden.

    Raises OSError and Refusal `sheets.*` for a file that cannot be read.
    """
    kind = kind_of(path)
    if kind is Kind.TEXT:
        return _of_text(path, rate)
    found = _pages(path, kind)
    hidden = [page for page in found if page.is_hidden and page.name != wanted]
    read = _modern(kind, [page for page in found if page not in hidden])
    return replace(read, hidden=hidden)


def _pages(path: Path, kind: Kind) -> list[Page]:
    """The pages. The libraries that read them are imported only here."""
    from admin.sheets import markup, workbooks

    if kind is Kind.HTML:
        return markup.html_pages(path)
    return markup.xml_pages(path) if kind is Kind.XML else workbooks.pages(path, kind)


def _of_text(path: Path, rate: Rate) -> Pages:
    writing = text_files.writing_of(path)
    delimiter = text_files.best_delimiter(path, writing, rate)
    rows = partial(text_files.numbered_rows, path, writing, delimiter)
    page = Page(rows=rows, estimate=text_files.line_count(path))
    return Pages(kind=Kind.TEXT, pages=[page], delimiter=delimiter, writing=writing.name)


def _modern(kind: Kind, pages: Sequence[Page]) -> Pages:
    """Convert legacy text to Unicode, if the first rows contain any."""
    sample = (
        cell
        for page in pages[:5]
        for _, cells in islice(page.rows(), SAMPLE)
        for cell in cells
        if isinstance(cell, str)
    )
    legacy = legacy_text.detect(sample)
    if legacy is None:
        return Pages(kind=kind, pages=pages)
    changed = [replace(page, rows=partial(_converted, page.rows, legacy)) for page in pages]
    return Pages(kind=kind, pages=changed, writing=legacy)


def _converted(rows: Callable[[], Iterator[Numbered]], legacy: Legacy) -> Iterator[Numbered]:
    for number, cells in rows():
        yield (
            number,
            [
                legacy_text.convert(cell, legacy) if isinstance(cell, str) else cell
                for cell in cells
            ],
        )
