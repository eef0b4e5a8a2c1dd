"""Draw docs/images/growth.png from the table of growth in docs/benchmarks.md.

    .venv/bin/python scripts/growth_picture.py

`make bench` prints the rows of that table; picture and table therefore never differ.
"""

import re
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

DOCS = Path(__file__).resolve().parent.parent / "docs"
ROW = re.compile(r"^\| ([\d.]+) " + r"\| ([\d.]+) ms " * 4 + r"\|$", re.MULTILINE)
LINES = (
    ("SQLite: motcua rate", "#8f1d1d", "-"),
    ("SQLite: GROUP BY", "#8f1d1d", ":"),
    ("PostgreSQL: motcua rate", "#1c4f8a", "-"),
    ("PostgreSQL: GROUP BY", "#1c4f8a", ":"),
)


def main() -> None:
    """Read the table, draw, save."""
    rows = [[_number(cell) for cell in row] for row in ROW.findall(_text())]
    if not rows:
        raise SystemExit("docs/benchmarks.md has no table of growth: a row is | 10.000 | 96 ms | …")
    sizes = [row[0] for row in rows]
    figure, axes = plt.subplots(figsize=(8, 4.6), dpi=160, layout="constrained")
    for column, (name, colour, style) in enumerate(LINES, start=1):
        times = [row[column] for row in rows]
        axes.plot(sizes, times, style, color=colour, marker="o", markersize=4, linewidth=2)
        axes.annotate(
            name,
            (sizes[-1], times[-1]),
            (8, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            fontsize=9,
        )
    _dress(axes, sizes)
    figure.savefig(DOCS / "images" / "growth.png")


def _dress(axes: Axes, sizes: list[int]) -> None:
    axes.set(xscale="log", yscale="log", xlabel="hồ sơ · dossiers", ylabel="mili giây · ms")
    axes.set_xlim(sizes[0] * 0.8, sizes[-1] * 7)
    axes.set_xticks(sizes)
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_grouped))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#0001")
    axes.set_title("Chấm điểm một năm · Rating a year", loc="left", fontsize=11)


def _grouped(value: float, _: int | None) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _number(cell: str) -> int:
    return int(cell.replace(".", ""))


def _text() -> str:
    return (DOCS / "benchmarks.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
