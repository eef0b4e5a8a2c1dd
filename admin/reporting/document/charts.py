"""The charts of a report: PNG files with a text that says the same figures.

Drawn in DejaVu Sans, which matplotlib brings and which has every Vietnamese letter; colours differ
in lightness too, so that a copy in grey can be read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from admin.figures.model import Kind, ReportFigures
from admin.reporting.document.office import Office
from admin.reporting.document.rating_fields import RatingFields, criteria_named
from admin.reporting.document.words import Words
from surveys.intake import Intake, together

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

COLOURS = ("#1b5e20", "#4c9a4f", "#b5d8a0", "#f2c14e", "#c0392b", "#9e9e9e")
WIDTH, DPI = 16.0, 150
"""Centimetres of a chart in the document; pixels per inch."""
CM = 1 / 2.54
WIDEST_IN_DIGITS = 70
"""How many digits of a label fit into the widest bar."""
Series = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """A chart: the file's name without its suffix, what it says, how it is drawn."""

    name: str
    title: str
    alt: str
    draw: Callable[["Axes"], None]
    height: float = 8.0

    def write(self, file: Path) -> None:
        """Write the PNG; the same figures give the same bytes. Raises OSError."""
        from matplotlib.figure import Figure

        size = (WIDTH * CM, self.height * CM)
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        self.draw(axes)
        axes.set_title(self.title, fontsize=10, fontweight="bold")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        quick = {"compress_level": 4}
        figure.savefig(file, format="png", metadata={"Software": None}, pil_kwargs=quick)


def charts_of(office: Office, figures: ReportFigures) -> tuple[Chart, ...]:
    """The charts a report has figures for."""
    words = office.words()
    rated = RatingFields(words=words, rating=figures.rating, area=office.area)
    maker = _Charts(words=words, figures=figures, rated=rated)
    kinds = (maker.intake,) if figures.kind is Kind.ONESTOP else maker.all_of_a_rating()
    return tuple(chart for make in kinds for chart in make())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charts:
    words: Words
    figures: ReportFigures
    rated: RatingFields

    def all_of_a_rating(self) -> tuple[Callable[[], Iterator[Chart]], ...]:
        year = (self.intake,) if self.figures.kind is Kind.YEAR else ()
        return (self.grades, self.criteria, self.weeks, *year)

    def grades(self) -> Iterator[Chart]:
        """Grades by block, units without a grade last."""
        blocks, grades = self.figures.rating.blocks, self.figures.rating.grades
        if not blocks or not grades or not any(block.scored for block in blocks):
            return
        names = [block.name for block in blocks]
        counts = {g.name: [block.grades.get(g.id, 0) for block in blocks] for g in grades}
        unrated = [block.units - sum(block.grades.values()) for block in blocks]
        counts[self.words.say("charts.unrated")] = unrated
        title = self.words.say("charts.grades")
        yield Chart(
            name="xep-loai",
            title=title,
            alt=self._alt(title, names, counts),
            draw=partial(_stacked, names=names, series=counts),
            height=2.6 + len(blocks),
        )

    def criteria(self) -> Iterator[Chart]:
        """The mean of every criterion that has one."""
        known = [one for one in self.figures.rating.criteria if one.mean is not None]
        if not known:
            return
        has_points = all(one.max is not None for one in known)
        title = self.words.say("charts.criteria" if has_points else "charts.shares")
        names = [criteria_named(self.words, [one]) for one in known]
        shown = [self.rated.mean(one) for one in known]
        pairs = [
            self.words.say("charts.pair", name=n, value=v)
            for n, v in zip(names, shown, strict=True)
        ]
        figures = self.words.say("semicolon").join(pairs)
        values = [float(one.mean or 0) for one in known]
        yield Chart(
            name="chi-so",
            title=title,
            alt=self.words.say("charts.alt", title=title, figures=figures),
            draw=partial(_bars, names=names, values=values, labels=shown),
            height=2.2 + 0.6 * len(known),
        )

    def weeks(self) -> Iterator[Chart]:
        """Dossiers returned, and those with a valid response, week by week."""
        weeks = self.figures.weeks
        if not weeks:
            return
        title, say = self.words.say("charts.weeks"), self.words.say
        days = [f"{week.monday:%d/%m}" for week in weeks]
        series = {
            say("charts.returned"): [week.returned for week in weeks],
            say("charts.answered"): [week.answered for week in weeks],
        }
        yield Chart(
            name="phieu-theo-tuan",
            title=title,
            alt=self._alt(title, days, series),
            draw=partial(_lines, days=days, series=series),
            height=6.0,
        )

    def intake(self) -> Iterator[Chart]:
        """Dossiers by block: early, on time, late, pending."""
        say = self.words.say
        rated = self.figures.rating.blocks
        blocks = [b for b in rated if _of_block(self.figures, b.id).received]
        if not blocks:
            return
        counts = [_of_block(self.figures, block.id) for block in blocks]
        names = [block.name for block in blocks]
        series = {
            say(f"charts.{key}"): [getattr(one, key) for one in counts]
            for key in ("early", "same_day", "late", "pending")
        }
        title = say("charts.intake")
        yield Chart(
            name="giai-quyet",
            title=title,
            alt=self._alt(title, names, series),
            draw=partial(_stacked, names=names, series=series),
            height=2.6 + len(blocks),
        )

    def _alt(self, title: str, names: Sequence[str], series: Series) -> str:
        """Every figure of the chart in one sentence."""
        parts = []
        for place, name in enumerate(names):
            values = [f"{key.lower()} {int(values[place])}" for key, values in series.items()]
            listed = self.words.say("comma").join(values)
            parts.append(self.words.say("charts.pair", name=name, value=listed))
        figures = self.words.say("semicolon").join(parts)
        return self.words.say("charts.alt", title=title, figures=figures)


def _of_block(figures: ReportFigures, block: str) -> Intake:
    return together(unit.counts for unit in figures.intake.units if unit.block == block)


def _with_comma(value: float, _position: float) -> str:
    """A tick as Vietnamese readers write it."""
    return f"{value:,.10g}".translate(str.maketrans(".,", ",."))


def _label(value: float, widest: float) -> str:
    """A part's count, if its bar has room for the digits."""
    shown = _with_comma(value, 0)
    return shown if value * WIDEST_IN_DIGITS >= widest * len(shown) else ""


def _whole_numbers() -> "MaxNLocator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True)


def _wrapped(names: Sequence[str]) -> list[str]:
    return [fill(name, 24) for name in names]


def _stacked(axes: "Axes", names: Sequence[str], series: Series) -> None:
    """Horizontal bars of parts, each with its count."""
    places = range(len(names))
    left = [0.0] * len(names)
    widest = max(map(sum, zip(*series.values(), strict=True)), default=0.0)
    for colour, (label, values) in zip(COLOURS, series.items(), strict=False):
        bars = axes.barh(places, values, left=left, label=label, color=colour, height=0.6)
        shown = [_label(value, widest) for value in values]
        dark = colour in (COLOURS[0], COLOURS[1], COLOURS[4])
        axes.bar_label(
            bars, shown, label_type="center", fontsize=8, color="white" if dark else "black"
        )
        left = [done + value for done, value in zip(left, values, strict=True)]
    axes.set_yticks(places, _wrapped(names), fontsize=8)
    axes.invert_yaxis()
    axes.tick_params(axis="x", labelsize=8)
    axes.xaxis.set_major_locator(_whole_numbers())
    axes.xaxis.set_major_formatter(_with_comma)
    axes.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)


def _bars(
    axes: "Axes", names: Sequence[str], values: Sequence[float], labels: Sequence[str]
) -> None:
    """Horizontal bars with their values."""
    places = range(len(names))
    bars = axes.barh(places, values, color=COLOURS[1], height=0.6)
    axes.bar_label(bars, labels, padding=3, fontsize=8)
    axes.set_yticks(places, _wrapped(names), fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(_with_comma)
    axes.tick_params(axis="x", labelsize=8)


def _lines(axes: "Axes", days: Sequence[str], series: Series) -> None:
    """Lines over weeks, told apart by colour and by marker."""
    styles = (("o", COLOURS[0], "-"), ("s", COLOURS[4], "--"))
    for (marker, colour, line), (label, values) in zip(styles, series.items(), strict=True):
        axes.plot(
            range(len(days)), values, marker=marker, linestyle=line, color=colour, label=label
        )
    step = max(1, len(days) // 13)
    axes.set_xticks(range(0, len(days), step), days[::step], fontsize=8)
    axes.tick_params(axis="y", labelsize=8)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(_whole_numbers())
    axes.yaxis.set_major_formatter(_with_comma)
    axes.legend(fontsize=8, frameon=False)
