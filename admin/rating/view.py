"""The rating on the terminal: units, blocks, the whole, what to act on, the policies behind it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import click

from admin.kit import output
from admin.rating.terminal import print_table
from admin.rating.unit_evidence import PeriodEvidence
from admin.rating.words import NOTHING, Words
from scoring.aggregates import Group
from scoring.lists import weak_criteria, with_overdue, without_online_intake
from scoring.rating import Rating
from scoring.unit_rating import UnitRating

BEFORE = ("unit", "name", "received", "dossiers", "responses")
LEFT_OUT = (0, 2, 3, 4)
"""The places of code and counts, which a terminal of fewer columns than NARROW does without."""
NARROW = 110
LOWERED = "grade_lowered_by_missing"


def show(words: Words, rating: Rating, read: PeriodEvidence, weighted: Decimal | None) -> None:
    """Print everything there is to say about a rating."""
    period = read.period
    click.echo(words.text("period", id=period.id, first=period.start, last=period.end))
    title = rating.rulebook.title.of(words.language)
    version = str(rating.rulebook.version)
    click.echo(words.text("rulebook", id=rating.rulebook.id, version=version, title=title))
    click.echo()
    _units(words, rating)
    _blocks(words, rating)
    _overall(words, rating, weighted)
    for heading, lines in _notes(words, rating, read):
        _list(heading, lines)


def _units(words: Words, rating: Rating) -> None:
    """A narrow terminal gets the names without codes and counts."""
    criteria = tuple(rating.rulebook.criteria)
    titles = [words.text(f"columns.{key}") for key in BEFORE]
    titles += [words.text("columns.criterion", number=number) for number in criteria]
    titles += [words.text(f"columns.{key}") for key in ("total", "grade")]
    rows = [_unit(words, unit, criteria) for unit in rating.units]
    rows.append(_means(words, rating, criteria))
    sides = "lwrrr" + "r" * len(criteria) + "rw"
    if output.console().width < NARROW:
        kept = [place for place in range(len(sides)) if place not in LEFT_OUT]
        titles, *rows = [[row[place] for place in kept] for row in (titles, *rows)]
        sides = "".join(sides[place] for place in kept)
    print_table(titles, rows, sides=sides, last_is_sum=True, title=words.text("units"))


def _unit(words: Words, unit: UnitRating, criteria: tuple[str, ...]) -> list[str]:
    evidence = unit.evidence
    counts = (evidence.received, evidence.dossiers, evidence.responses)
    return [
        unit.code,
        evidence.name,
        *map(words.number, counts),
        *(words.points(unit, number) for number in criteria),
        words.total(unit),
        words.grade(unit),
    ]


def _means(words: Words, rating: Rating, criteria: tuple[str, ...]) -> list[str]:
    """The last row: what all units received and returned, the criterion means, the figure that
    leads."""
    units = [unit.evidence for unit in rating.units]
    printed = rating.overall.aggregates[rating.overall.printed.value]
    return [
        "",
        words.text("mean"),
        words.number(sum(unit.received for unit in units)),
        words.number(sum(unit.dossiers for unit in units)),
        words.number(sum(unit.responses for unit in units)),
        *(words.number(rating.overall.criteria[number]) for number in criteria),
        words.number(printed),
        "",
    ]


def _blocks(words: Words, rating: Rating) -> None:
    titles = [words.text(f"columns.{key}") for key in ("block", "what", "units", "scored", "mean")]
    titles += [band.name.of(words.language) for band in rating.rulebook.grades.bands]
    rows = [row for name, group in rating.blocks.items() for row in _block(words, name, group)]
    sides = "lw" + "r" * (len(titles) - 2)
    print_table(titles, rows, sides=sides, title=words.text("blocks"))


def _block(words: Words, name: str, group: Group) -> Iterator[list[str]]:
    counts = [words.number(group.units), words.number(group.scored), words.number(group.mean)]
    yield [name, words.text("grades"), *counts, *map(words.number, group.grades.values())]
    for key, shares in (
        ("share_of_all", group.shares_of_all),
        ("share_of_scored", group.shares_of_scored),
    ):
        yield ["", words.text(key), "", "", "", *_percents(words, group.grades, shares)]


def _percents(
    words: Words, grades: Mapping[str, int], shares: Mapping[str, Decimal]
) -> Iterator[str]:
    for grade in grades:
        yield f"{words.number(shares[grade])}%" if grade in shares else NOTHING


def _overall(words: Words, rating: Rating, weighted: Decimal | None) -> None:
    named: dict[str, Decimal | None] = dict(rating.overall.aggregates)
    if weighted is not None:
        named["weighted_by_block"] = weighted
    leading = rating.overall.printed.value
    marks = {leading: words.text("leads")}
    rows = [
        [words.text(f"aggregates.{name}"), marks.get(name, ""), words.number(value)]
        for name, value in named.items()
    ]
    titles = [words.text(f"columns.{key}") for key in ("aggregate", "leads", "points")]
    print_table(titles, rows, sides="llr", title=words.text("overall"))


def _notes(words: Words, rating: Rating, read: PeriodEvidence) -> Iterator[tuple[str, list[str]]]:
    warnings = list(_warnings(words, rating, read))
    if read.simulated:
        warnings.insert(0, words.text("simulated", count=read.simulated))
    yield words.text("warnings"), warnings
    yield words.text("attention"), list(_attention(words, rating))
    yield words.text("policies"), list(_policies(words, rating))


def _warnings(words: Words, rating: Rating, read: PeriodEvidence) -> Iterator[str]:
    """One line a warning; what befell several units alike is one line with their codes."""
    lowered = [one.params["code"] for one in rating.warnings if one.code == LOWERED]
    for warning in rating.warnings:
        if warning.code != LOWERED or len(lowered) == 1:
            yield warning.message(words.language)
    if len(lowered) > 1:
        codes = ", ".join(map(str, lowered))
        yield words.text("lowered", count=len(lowered), units=codes, period=read.period.id)


def _attention(words: Words, rating: Rating) -> Iterator[str]:
    weak = weak_criteria(rating.overall)
    if weak:
        listed = [
            f"{words.text('columns.criterion', number=n)} ({words.number(mean)})"
            for n, mean in weak.items()
        ]
        yield words.text("weak", criteria=", ".join(listed))
    for key, units in (
        ("overdue", with_overdue(rating.units)),
        ("no_online", without_online_intake(rating.units)),
        ("few_answers", [unit for unit in rating.units if words.is_doubtful(unit)]),
    ):
        if units:
            yield words.text(key, count=len(units), units=_names(units))


def _policies(words: Words, rating: Rating) -> Iterator[str]:
    for _, policy in rating.rulebook.policies.named():
        choice = policy.choices[policy.chosen].text.of(words.language)
        yield f"{policy.title.of(words.language)}: {choice}"


def _names(units: list[UnitRating]) -> str:
    return ", ".join(unit.evidence.name for unit in units)


def _list(heading: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"\n{heading}")
        for line in lines:
            click.echo(f"  • {line}")
