"""Printed codes, read back by a decoder that is not ours, and what they open; their revocation."""

import io
import re
import stat
from pathlib import Path

import numpy as np
import openpyxl
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from tests.acceptance.support import command as command_line
from tests.acceptance.support.command import Motcua, Outcome
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET

BASE = "https://mot-cua.anlao.haiphong.gov.vn"
UNITS = "code,name,level,block\nXA01,UBND xã Tân Viên,xa,xa\nXA02,UBND xã Trường Thọ,xa,xa\n"
HEADER = "code,unit,procedure,received_at,due_at,returned_at,status,applicant,phone\n"
PROCEDURE = "Đăng ký biến động quyền sử dụng đất"
APPLICANT = "Nguyễn Thị Ưởng"
LINK = re.compile(rf"{BASE}/l/([A-Za-z0-9_-]{{22}})")


def _row(number: int, unit: str) -> str:
    days = "03/05/2021,10/05/2021,07/05/2021"
    return f"HS-{number},{unit},{PROCEDURE},{days},10,{APPLICANT},0912345678\n"


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> Motcua:
    """Two communes with 26 and 1 returned dossiers; citizens can open its pages."""
    settings = {"key": "0f" * 16 + "a1" * 16, "public_url": BASE}
    motcua = Motcua(folder=tmp_path, url=sqlite_url, settings=settings)
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    rows = [*(_row(number, "XA01") for number in range(26)), _row(99, "XA02")]
    (tmp_path / "d.csv").write_text(HEADER + "".join(rows), "utf-8")
    for line in ("db upgrade", "units import units.csv", "dossiers import d.csv"):
        assert motcua(*line.split()).code == 0
    return motcua


def test_a_receipt_opens_the_dossier_it_is_for(office: Motcua) -> None:
    """A page A6 per dossier; each code is the link that the workbook has for that dossier."""
    zalo = {
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_app_secret": APP_SECRET,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_id": OA_ID,
    }
    done = office("qr", "receipts", "2021-Q2", "--out", "in", "--svg", **zalo)
    assert done.code == 0, done.err
    folder = office.folder / "in"
    links = _links(folder / "duong-dan.xlsx")
    assert len(set(links.values())) == 27
    pages = [*_pages(folder / "giay-hen-XA01.pdf"), *_pages(folder / "giay-hen-XA02.pdf")]
    assert len(pages) == 27
    for text, images, size in pages:
        (code,) = re.findall(r"HS-\d+", text)
        assert images == [links[code]]
        assert LINK.fullmatch(links[code])
        assert size == (298, 420)
        assert PROCEDURE in " ".join(text.split())
        assert f"Zalo (mở rồi gửi mã hồ sơ): https://zalo.me/{OA_ID}" in " ".join(text.split())
        assert APPLICANT not in text
        assert ("10/05/2021" in text, "03/05/2021" in text) == (True, False)
    for code, link in links.items():
        assert _svg(folder / "svg" / f"{code}.svg") == link
    kept = b"".join(one.read_bytes() for one in office.folder.glob("motcua.sqlite*"))
    assert not [link for link in links.values() if link[-22:].encode() in kept]
    modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.rglob("*.*") if file.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_labels_fill_sheets_and_names_are_printed_on_request(office: Motcua) -> None:
    """24 labels a sheet, all readable; the applicant's name is recorded as shown."""
    done = office("qr", "receipts", "2021-Q2", "--out", "in", "--kind", "labels", "--applicant")
    assert done.code == 0, done.err
    sheets = _pages(office.folder / "in" / "nhan-XA01.pdf")
    assert [len(codes) for _, codes, _ in sheets] == [24, 2]
    links = _links(office.folder / "in" / "duong-dan.xlsx")
    assert {code for _, codes, _ in sheets for code in codes} <= set(links.values())
    assert APPLICANT in " ".join(sheets[0][0].split())
    (row,) = office.json("audit", "list", "--action", "qr.receipts")
    assert row["details"]["applicant"] is True
    assert row["details"]["links"] == 27


def test_a_list_of_codes_chooses_the_dossiers(office: Motcua) -> None:
    """A file with codes, for receipts and for links; unknown codes are named, nothing is made."""
    (office.folder / "ma.csv").write_text("Mã hồ sơ\nHS-3\nhs-99\n", "utf-8")
    done = office("dossiers", "link", "--all", "ma.csv", "--out", "links.xlsx")
    assert done.code == 0, done.err
    assert set(_links(office.folder / "links.xlsx")) == {"HS-3", "HS-99"}
    assert stat.S_IMODE((office.folder / "links.xlsx").stat().st_mode) == 0o600
    (office.folder / "sai.csv").write_text("Mã hồ sơ\nHS-3\nHS-1234\n", "utf-8")
    refused = office("qr", "receipts", "sai.csv", "--out", "in")
    assert (refused.code, "HS-1234" in refused.err) == (1, True)
    assert not (office.folder / "in").exists()
    assert [row["links"] for row in office.json("links", "list")] == [2]


def test_nothing_is_overwritten_or_half_made(office: Motcua) -> None:
    """A file that is there stops all of it, before a link is made; --force replaces it."""
    (office.folder / "in").mkdir()
    (office.folder / "in" / "duong-dan.xlsx").write_text("của tôi", "utf-8")
    line = ("qr", "receipts", "2021-Q2", "--out", "in")
    assert office(*line).code == 1
    assert [file.name for file in (office.folder / "in").iterdir()] == ["duong-dan.xlsx"]
    assert (office.folder / "in" / "duong-dan.xlsx").read_text("utf-8") == "của tôi"
    assert office.json("links", "list") == []
    assert office(*line, "--force").code == 0
    assert office("qr", "receipts", "2019", "--out", "khac").code == 1
    missing = office("qr", "receipts", "khong-co.xlsx", "--out", "khac")
    assert (missing.code, "khong-co.xlsx" in missing.err) == (1, True)


def test_a_poster_is_of_its_counter(office: Motcua) -> None:
    """The code opens the counter's page; A4, A5, or only the code as SVG."""
    for name, size in (("a4.pdf", "a4"), ("a5.pdf", "a5"), ("ma.svg", "a4")):
        done = office("qr", "poster", "XA01", "--out", name, "--size", size)
        assert done.code == 0, done.err
    ((text, codes, _),) = _pages(office.folder / "a4.pdf")
    assert "UBND xã Tân Viên" in text
    found = [*codes, *_pages(office.folder / "a5.pdf")[0][1], _svg(office.folder / "ma.svg")]
    assert len(set(found)) == 3
    assert all(re.fullmatch(rf"{BASE}/q/[A-Za-z0-9_-]{{22}}", one) for one in found)
    assert office("qr", "poster", "XA01", "--out", "ap-phich.png").code == 1


def test_a_batch_can_be_revoked(office: Motcua) -> None:
    """All of a printing, one dossier's links, a poster; a dry run changes nothing."""
    assert office("qr", "receipts", "2021-Q2", "--out", "in").code == 0
    assert office("qr", "poster", "XA01", "--out", "p.pdf").code == 0
    batch = next(row["batch"] for row in office.json("links", "list") if row["links"] == 27)
    assert "27" in office("links", "revoke", batch, "--dry-run").err
    assert office("links", "revoke", "--dossier", "HS-1").code == 0
    assert office("links", "revoke", batch).code == 0
    assert office("links", "revoke", batch).code == 1
    assert office("links", "revoke", "poster-1").code == 0
    assert office("links", "revoke").code == 1
    left = {row["batch"]: row["links"] - row["revoked"] for row in office.json("links", "list")}
    assert set(left.values()) == {0}


def test_links_for_others_need_an_address_that_others_can_open(office: Motcua) -> None:
    """Without a public address nothing is printed, and what to set is said; --local tries it."""
    for base in ("", "http://127.0.0.1:8080"):
        for line in (
            ("qr", "receipts", "2021-Q2", "--out", "in"),
            ("qr", "poster", "XA01", "--out", "p.pdf"),
            ("dossiers", "link", "--all", "2021-Q2", "--out", "l.xlsx"),
        ):
            refused = office(*line, public_url=base)
            assert (refused.code, "MOTCUA_PUBLIC_URL" in refused.err) == (1, True)
    assert not any((office.folder / name).exists() for name in ("in", "p.pdf", "l.xlsx"))
    assert office("qr", "poster", "XA01", "--out", "p.pdf", "--local", public_url="").code == 0
    for told in ({}, {"listen": "0.0.0.0:8099"}, {"public_url": "http://localhost:8080"}):
        one = office("dossiers", "link", "HS-1", **({"public_url": ""} | told))
        assert ("chỉ trên máy này" in one.out, "MOTCUA_PUBLIC_URL" in one.err) == (True, True)
    csv = office("dossiers", "link", "HS-1", "--format", "csv", public_url="")
    assert (csv.out.splitlines()[0], "MOTCUA_PUBLIC_URL" in csv.err) == ("channel,link", True)
    (row,) = office("dossiers", "link", "HS-1", "--format", "json", public_url="").json()
    assert row["opens"] == "this_machine"
    (row,) = office.json("dossiers", "link", "HS-1")
    assert "opens" not in row
    _refused(office("dossiers", "link"))
    _refused(office("dossiers", "link", "HS-1", "--all", "2021-Q2", "--out", "l.xlsx"))
    _refused(office("dossiers", "link", "--all", "2021-Q2"))


def test_nobody_at_a_terminal_is_given_a_link_that_only_this_machine_opens(
    office: Motcua, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no address is configured: refused, and no token made. --local prints it, as does an
    address that somebody chose; each says that only this machine opens it."""
    monkeypatch.setattr(command_line, "_written", _Terminal)
    _refused(refused := office("dossiers", "link", "HS-1", public_url=""))
    assert "MOTCUA_PUBLIC_URL" in refused.err
    assert "dossiers.link" not in office("audit", "list", "--format", "csv").out
    assert office("dossiers", "link", "HS-1", "--local", public_url="").code == 0
    assert office("dossiers", "link", "HS-1", public_url="", listen="0.0.0.0:8099").code == 0
    assert office("dossiers", "link", "HS-1").code == 0


class _Terminal(io.TextIOWrapper):
    """A standard stream at which a person sits."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream, "utf-8", write_through=True)

    def isatty(self) -> bool:
        """It is."""
        return True


def _refused(done: Outcome) -> None:
    assert (done.code, done.out) == (1, "")


def _links(file: Path) -> dict[str, str]:
    """Code of each dossier → the link of its page."""
    head, *rows = openpyxl.load_workbook(file).active.values
    code, link = head.index("Mã hồ sơ"), head.index("Đường dẫn")
    return {row[code]: row[link] for row in rows}


def _pages(file: Path) -> list[tuple[str, list[str], tuple[int, int]]]:
    """Text, decoded codes and size (points) of each page, as it is rendered."""
    found = []
    document = pypdfium2.PdfDocument(file)
    for page in document:
        image = page.render(scale=2.5).to_pil()
        codes = [one.text for one in zxingcpp.read_barcodes(image)]
        size = tuple(map(round, page.get_size()))
        found.append((page.get_textpage().get_text_range(), codes, size))
    document.close()
    return found


def _svg(file: Path) -> str:
    """What the code in an SVG file says: its dark lines drawn on a white square, and decoded."""
    text = file.read_text("utf-8")
    side = int(re.findall(r'width="(\d+)"', text)[0]) // 8
    dark = np.full((side, side), 255, np.uint8)
    x, y = 0.0, 0.0
    (path,) = re.findall(r'stroke="#000" d="([^"]+)"', text)
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if command == "h":
            dark[int(y), int(x) : int(x + float(first))] = 0
        base = (0.0, 0.0) if command == "M" else (x, y)
        x, y = base[0] + float(first), base[1] + float(second or 0)
    image = Image.fromarray(dark).resize((side * 8, side * 8), Image.Resampling.NEAREST)
    (code,) = zxingcpp.read_barcodes(image)
    return code.text
