"""Detects the kind of a file by its first bytes, never by its name."""

import zipfile
from enum import StrEnum
from pathlib import Path

from surveys.errors import Refusal

HEAD = 4096
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Kind(StrEnum):
    """How a file is read."""

    TEXT = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    OLE = "xls"
    HTML = "html"
    XML = "xml"


_OTHERS = {
    b"%PDF": "pdf",
    b"{\\rtf": "rtf",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"MIME-Version:": "mhtml",
    b"SQLite format": "sqlite",
    b"PK\x05\x06": "zip_empty",
}
_STREAMS = {
    "sheets.password": "EncryptedPackage",
    "": "Workbook",
    "sheets.is_doc": "WordDocument",
    "sheets.is_ppt": "PowerPoint Document",
}
"""Name of a stream → kind of compound file; the first match decides."""
_PARTS = {"word/": "docx", "ppt/": "pptx", "visio/": "visio"}


def kind_of(path: Path) -> Kind:
    """Detect how to read a file.

    Raises OSError, or Refusal `sheets.is_pdf`, `.is_rtf` … for files without tables,
    `sheets.is_zip`, `.is_docx`, `.is_pptx`, `.is_xlsb` for other packages, `sheets.cut` for half a
    workbook.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    for begin, name in _OTHERS.items():
        if head.startswith(begin):
            raise Refusal(f"sheets.is_{name}", file=path.name)
    if head.startswith(ZIP):
        return _package(path)
    if head.startswith(OLE):
        return _compound(path)
    return _text(head)


def _text(head: bytes) -> Kind:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    start = head.removeprefix(b"\xef\xbb\xbf").decode(encoding, "replace").lstrip().lower()
    if start.startswith("<?xml") and "schemas-microsoft-com:office:spreadsheet" in start:
        return Kind.HTML if "<html" in start else Kind.XML
    return Kind.HTML if start.startswith("<") else Kind.TEXT


def _package(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refusal("sheets.cut", file=path.name) from None
    if any(name.lower() == "xl/workbook.bin" for name in names):
        raise Refusal("sheets.is_xlsb", file=path.name)
    if any(name.startswith("xl/") for name in names):
        return Kind.XLSX
    if "content.xml" in names and "mimetype" in names:
        return _opendocument(path)
    found = (kind for part, kind in _PARTS.items() if any(n.startswith(part) for n in names))
    other = next(found, "zip")
    raise Refusal(f"sheets.is_{other}", file=path.name)


def _opendocument(path: Path) -> Kind:
    with zipfile.ZipFile(path) as package, package.open("mimetype") as stream:
        written = stream.read(200)
    if b"spreadsheet" in written:
        return Kind.ODS
    raise Refusal("sheets.is_docx", file=path.name)


def _compound(path: Path) -> Kind:
    """A compound file: XLS, an encrypted XLSX, or Word's DOC; detected by its directory's names. A
    workbook may hold a Word document."""
    with path.open("rb") as stream:
        content = stream.read(64 << 20)
    for code, name in _STREAMS.items():
        if f"{name}\0".encode("utf-16-le") in content:
            if code:
                raise Refusal(code, file=path.name)
            return Kind.OLE
    return Kind.OLE
