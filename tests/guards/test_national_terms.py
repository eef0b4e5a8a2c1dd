"""Citizens read the national terms of today, and no portal but the national one."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.test_house import ROOT

PORTAL = "dichvucong.gov.vn"
OLD_LEVEL = re.compile(r"mức(?: độ)? [34]|levels? [34]\b", re.IGNORECASE)
"""Of online services until NĐ 42/2022/NĐ-CP; since then toàn trình, một phần."""
HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+vn\b")
OURS = ("bot/locales", "bot/landing", "bot/channels", "surveys/forms", "admin/public")
ALL = (*OURS, "admin/locales", "admin/reporting", "admin/printing", "admin/templates")
SUFFIXES = {".yaml", ".html", ".js", ".docx"}


def _texts(folders: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        files = (one for one in (ROOT / folder).rglob("*") if one.suffix in SUFFIXES)
        yield from ((file, _read(file)) for file in files)


def _read(file: Path) -> str:
    if file.suffix != ".docx":
        return file.read_text("utf-8")
    with zipfile.ZipFile(file) as parts:
        named = [one for one in parts.namelist() if one.startswith("word/") and "xml" in one]
        found = b" ".join(map(parts.read, named)).decode("utf-8", "replace")
    return re.sub(r"<[^>]+>", "", found)


@pytest.mark.parametrize("text", ["Dịch vụ mức độ 4", "level 3 services", "TTHC mức 3, 4"])
def test_the_old_levels_are_recognised(text: str) -> None:
    """Else the next test could not fail."""
    assert OLD_LEVEL.search(text)


def test_no_text_says_the_levels_of_before() -> None:
    """Catalogues, forms, pages and report templates."""
    found = [file.name for file, text in _texts(ALL) if OLD_LEVEL.search(text)]
    assert found == []


def test_citizens_are_sent_to_the_national_portal_alone() -> None:
    """The portals of provinces closed on 01/7/2025 (NĐ 118/2025/NĐ-CP Điều 40)."""
    hosts = {host for _, text in _texts(OURS) for host in HOST.findall(text)}
    assert hosts == {PORTAL}
