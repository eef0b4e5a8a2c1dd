"""Reads CSV as a stream: in Unicode or a legacy encoding, with commas, semicolons or tabs."""

import codecs
import csv
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from admin.sheets import legacy_text
from admin.sheets.legacy_text import Legacy
from surveys.errors import Refusal

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 18
LONGEST_LINE = 1_000_000
END = "\x04"
"""A sentinel line after the last one: inside an open quote it is not a row of its own."""
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a text file is encoded: Python's name of the encoding, and the legacy font encoding."""

    codec: str
    legacy: Legacy | None = None

    @property
    def name(self) -> str:
        """The name for messages; empty for Unicode."""
        return self.legacy or ("Windows-1258" if self.codec == "cp1258" else "")


def writing_of(path: Path) -> Writing:
    """Detect the encoding from the first 256 KB of a file."""
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE)
    codec = _codec_of(sample)
    try:
        text = codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeError:
        return _before_unicode(sample)
    return Writing(codec=codec, legacy=legacy_text.detect(text.splitlines()))


def _codec_of(head: bytes) -> str:
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) // 4 else "utf-8"


def _before_unicode(sample: bytes) -> Writing:
    """One of three legacy encodings, else UTF-8, whose errors name the first bad row."""
    with suppress(UnicodeError):
        text = unicodedata.normalize("NFC", sample.decode("cp1258"))
        if legacy_text.is_vietnamese(text) and not legacy_text.detect(text.splitlines()):
            return Writing(codec="cp1258")
    text = sample.decode("latin-1")
    legacy = legacy_text.detect(text.splitlines())
    if legacy and legacy_text.is_vietnamese(legacy_text.convert(text, legacy)):
        return Writing(codec="latin-1", legacy=legacy)
    return Writing(codec="utf-8")


def numbered_rows(path: Path, writing: Writing, delimiter: str) -> Iterator[Numbered]:
    """Every row, with its number as a spreadsheet shows it, from 1; empty lines count.

    Raises Refusal `sheets.encoding`, `sheets.broken`, `sheets.long_line`, or `sheets.open_quote`
    for a quotation mark that swallows the rest of the file.
    """
    rows = _raw_rows(path, writing.codec, delimiter)
    if writing.legacy is None:
        yield from rows
    else:
        for number, cells in rows:
            yield number, [legacy_text.convert(cell, writing.legacy) for cell in cells]


def _raw_rows(path: Path, codec: str, delimiter: str) -> Iterator[Numbered]:
    number = 0
    try:
        with path.open(encoding=codec, newline="") as stream:
            lines = chain(_lines(stream, path), (END,))
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


def _lines(stream: TextIO, path: Path) -> Iterator[str]:
    """The lines of a file. Raises Refusal `sheets.long_line` for one of a million characters."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise Refusal("sheets.long_line", file=path.name, row=number, most=LONGEST_LINE)
        yield line


def best_delimiter(path: Path, writing: Writing, rate: Callable[[list[Numbered]], int]) -> str:
    """The delimiter whose first rows `rate` scores highest; among equals, the widest row wins."""

    def worth(delimiter: str) -> tuple[int, int]:
        rows: list[Numbered] = []
        with suppress(Refusal):  # the chosen delimiter raises it again when the file is read
            rows.extend(islice(numbered_rows(path, writing, delimiter), 30))
        return rate(rows), max((len(cells) for _, cells in rows), default=0)

    return max(DELIMITERS, key=worth)


def line_count(path: Path) -> int:
    """The number of lines, for a progress bar; takes a fraction of a second per gigabyte."""
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
