"""CSV as it comes: any Unicode, with commas, semicolons or tabs; read as a stream."""

import codecs
import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from surveys.errors import Refusal

DELIMITERS = (",", ";", "\t")
HEAD = 4096
END = "\x04"
"""A line of our own behind the last one: within an open quotation it does not stand alone."""
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

Numbered = tuple[int, list[str]]


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes of a file speak of."""
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) // 4 else "utf-8"


def numbered_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Numbered]:
    """Every row with its number as a spreadsheet shows it, from 1; empty lines are rows too.

    Raises Refusal `sheets.encoding`, `sheets.broken`, or `sheets.open_quote` for a quotation mark
    that swallows the rest of the file.
    """
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as stream:
            lines = chain(stream, (END,))
            for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
                if cells == [END]:
                    return
                yield number, cells
    except UnicodeError:
        raise Refusal("sheets.encoding", file=path.name, row=number + 1) from None
    except csv.Error as error:
        code = "sheets.open_quote" if "field larger" in str(error) else "sheets.broken"
        raise Refusal(code, file=path.name, row=number + 1) from None
    raise Refusal("sheets.open_quote", file=path.name, row=number)


def best_delimiter(path: Path, encoding: str, rate: Callable[[list[Numbered]], int]) -> str:
    """The delimiter whose first rows `rate` likes best; then the one with the widest row."""

    def worth(delimiter: str) -> tuple[int, int]:
        rows: list[Numbered] = []
        with suppress(Refusal):  # the best delimiter's is told when the file is read by it
            rows.extend(islice(numbered_rows(path, encoding, delimiter), 30))
        return rate(rows), max((len(cells) for _, cells in rows), default=0)

    return max(DELIMITERS, key=worth)


def line_count(path: Path) -> int:
    """How many lines there are, for a progress bar; a fraction of a second a gigabyte."""
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
