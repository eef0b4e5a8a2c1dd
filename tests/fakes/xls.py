"""The smallest real .xls file (BIFF8 in a compound file), which no library here can write."""

import struct
from collections.abc import Sequence
from pathlib import Path

SECTOR = 512
SMALL = 4096
"""Streams below this size would live in a stream of their own; so ours is padded."""
NOT_AVAILABLE = "#N/A"
"""A text that is written as the error it names."""
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_xls(file: Path, grid: Sequence[Sequence[str | float]]) -> None:
    """Texts and numbers on one sheet."""
    stream = _workbook(grid)
    stream += bytes(-len(stream) % SECTOR + (SMALL if len(stream) < SMALL else 0))
    count = len(stream) // SECTOR
    chain = [FAT, END, *range(3, count + 2), END]
    fat = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    file.write_bytes(_header() + fat + _directory(len(stream)) + stream)


def _workbook(grid: Sequence[Sequence[str | float]]) -> bytes:
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, cells in enumerate(grid):
        sheet += b"".join(_cell(row, column, cell) for column, cell in enumerate(cells) if cell)
    sheet += _record(0x000A, b"")
    name = b"\x05\x00Sheet"
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    start += _record(0x0042, struct.pack("<H", 1200))
    rest = _record(0x000A, b"")
    offset = len(start) + 4 + 6 + len(name) + len(rest)
    return start + _record(0x0085, struct.pack("<IH", offset, 0) + name) + rest + sheet


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if value == NOT_AVAILABLE:
        return _record(0x0205, place + struct.pack("<BB", 0x2A, 1))
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _header() -> bytes:
    begin = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    begin += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    begin += struct.pack("<10I", 0, 1, 1, 0, SMALL, END, 0, END, 0, 0)
    return begin + struct.pack("<108I", *[FREE] * 108)


def _directory(size: int) -> bytes:
    return (
        _entry("Root Entry", 5, child=1, start=END, size=0)
        + _entry("Workbook", 2, child=FREE, start=2, size=size)
        + _entry("", 0, child=FREE, start=0, size=0) * 2
    )


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = f"{name}\0".encode("utf-16-le") if name else b""
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    beside = struct.pack("<III", FREE, FREE, child)
    return entry + beside + bytes(36) + struct.pack("<IQ", start, size)
