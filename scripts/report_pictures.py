"""Draw the pictures of docs/officer.md: a quarter of the sample district as an officer reports it.

Part of `make screenshot`. Imports the sample's files, adds paper answers, writes the report of a
quarter with `--pdf`, and joins its pages. Without LibreOffice nothing is drawn, and that is said.
"""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageOps
from pypdfium2 import PdfDocument

from admin.demo.sample import Files
from admin.reporting.pdf import office_program

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MOTCUA = Path(sys.executable).with_name("motcua")
PERIOD, FIRST, LAST = "2020-Q2", "2020-03-15", "2020-06-14"
SETTINGS = {
    "REPORT_AGENCY": "UBND huyện An Lão",
    "REPORT_AREA": "huyện An Lão",
    "REPORT_PARENT": "UBND tỉnh Bình Định",
    "REPORT_PLACE": "An Lão",
    "REPORT_ADDRESSEE": "Văn phòng UBND tỉnh Bình Định",
}
EVERY = 9
"""Every ninth dossier has a paper answer."""
SCALE, GAP, GREY = 0.9, 12, "#d9cfbf"
COLOURS = 128
"""Of a picture. An octree keeps a colour of few dots (the red of a chart), a median cut not."""


def main() -> None:
    """Make the report in a folder of its own and draw it."""
    if office_program() is None:
        print("LibreOffice is missing: the pictures of the report stay as they are")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        made = folder / "bao-cao"
        _run(folder, "report", PERIOD, "--out", str(made), "--pdf")
        _join(_pages(made / "bao-cao.pdf"), 3).save(IMAGES / "report.png", optimize=True)
        _join(_pages(made / "phu-luc.pdf", 4), 2).save(IMAGES / "annexes.png", optimize=True)
        told = _run(folder, "onestop", PERIOD)
        print(told.splitlines()[0])


def _fill(folder: Path) -> None:
    """The sample's units, dossiers and facts, and answers on paper."""
    files = Files.within(folder)
    files.write()
    _of_the_quarter(files.facts)
    scores = folder / "scores.csv"
    _write_scores(files.units, scores)
    answers = folder / "answers.csv"
    with answers.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ("dossier", "form", "answered_at", *OPTIONS))
        writer.writeheader()
        writer.writerows(_answers(files.dossiers))
    for line in (
        ("db", "upgrade"),
        ("units", "import", str(files.units)),
        ("dossiers", "import", str(files.dossiers)),
        ("facts", "import", str(files.facts)),
        ("answers", "import", str(answers)),
        ("scores", "import", str(scores)),
    ):
        _run(folder, *line)


def _of_the_quarter(facts: Path) -> None:
    """The sample's facts are of the year: declare them for the quarter."""
    text = facts.read_text("utf-8-sig")
    facts.write_text(text.replace(",2020,", f",{PERIOD},"), "utf-8")


def _write_scores(units: Path, file: Path) -> None:
    """What every unit gives itself (tự chấm)."""
    lines = ["unit,period,stage,criterion,points"]
    with units.open(encoding="utf-8-sig", newline="") as stream:
        codes = [row["code"] for row in csv.DictReader(stream)]
    lines += [f"{code},{PERIOD},self,{n},2" for code in codes for n in range(1, 10)]
    file.write_text("\n".join(lines), "utf-8")


OPTIONS = {
    "satisfaction": ("very", "very", "satisfied", "very", "satisfied", "unsatisfied"),
    "contacts": ("none", "none", "once", "none", "once"),
    "agencies": ("none", "one_stop", "none"),
    "conduct": ("no",),
}


def _answers(dossiers: Path) -> Iterator[dict[str, str]]:
    """Answers about every n-th dossier returned in the quarter."""
    with dossiers.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if _returned(row)]
    for place, row in enumerate(rows[::EVERY]):
        chosen = {key: options[place % len(options)] for key, options in OPTIONS.items()}
        day = row["returned_at"][:10]
        yield {"dossier": row["code"], "form": "phieu4", "answered_at": day, **chosen}


def _returned(row: dict[str, str]) -> bool:
    day = row["returned_at"][:10]
    iso = "-".join(reversed(day.split("/"))) if "/" in day else day
    return FIRST <= iso <= LAST


def _run(folder: Path, *line: str) -> str:
    env = {f"MOTCUA_{key}": value for key, value in SETTINGS.items()}
    env |= {"MOTCUA_DATABASE_URL": f"sqlite:///{folder}/motcua.sqlite"}
    done = subprocess.run(
        [MOTCUA, *line], env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(line)}: {done.stderr}")
    return done.stdout


def _pages(file: Path, most: int = 100) -> list[Image.Image]:
    with PdfDocument(str(file)) as found:
        pages = list(found)[:most]
        return [ImageOps.expand(page.render(scale=SCALE).to_pil(), 1, "#888") for page in pages]


def _join(pages: Sequence[Image.Image], columns: int) -> Image.Image:
    """Pages side by side, in rows."""
    width = max(page.width for page in pages) + GAP
    height = max(page.height for page in pages) + GAP
    rows = -(-len(pages) // columns)
    whole = Image.new("RGB", (width * columns + GAP, height * rows + GAP), GREY)
    for place, page in enumerate(pages):
        row, column = divmod(place, columns)
        whole.paste(page, (GAP + column * width, GAP + row * height))
    return whole.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    main()
