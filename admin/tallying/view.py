"""A tally on the terminal: each question with its options, then how far the survey went."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import click

from admin.kit.output import show_table
from admin.kit.runtime import Runtime
from admin.tallying.result import Tally, of_dossiers
from surveys.form import in_language
from surveys.tally import Cell, Reach, quota

TENTH = Decimal("0.1")


def show(runtime: Runtime, tally: Tally) -> None:
    """Print the tally; hidden counts are shown as `<5`."""
    period = tally.period
    click.echo(runtime.text("tally.period", id=period.id, first=period.start, last=period.end))
    if tally.simulated:
        click.echo(runtime.text("tally.simulated", count=tally.simulated))
    if tally.hidden_below:
        click.echo(runtime.text("tally.hidden", below=tally.hidden_below))
    groups = " ".join(tally.by)
    columns = runtime.columns("tally.columns", f"{groups} form question option count share")
    show_table(runtime.texts, list(_cells(runtime, tally)), columns, runtime.text("tally.answers"))
    keys = "returned issued delivered answered valid share quota met"
    groups = " ".join(of_dossiers(tally.by))
    columns = runtime.columns("tally.columns", f"{groups} {keys}")
    rows = [_reach(runtime, tally, one) for one in tally.reach]
    title = runtime.text("tally.reach", percent=runtime.settings.quota_percent)
    show_table(runtime.texts, rows, columns, title)


def _cells(runtime: Runtime, tally: Tally) -> Iterator[dict[str, object]]:
    words = _words(tally, runtime.texts.language)
    for _, question in groupby(tally.cells, key=lambda c: (c.group, c.form, c.question)):
        cells = list(question)
        counts = [cell.count for cell in cells]
        whole = sum(count or 0 for count in counts)
        for place, cell in enumerate(cells):
            asked, chosen = words.get(_key(cell), (cell.question, cell.option))
            head = {"form": cell.form, "question": asked} if place == 0 else {}
            yield {
                **dict(zip(tally.by, cell.group, strict=True)),
                **head,
                "option": chosen,
                "count": _count(cell.count, tally.hidden_below),
                "share": "" if None in counts or not whole else _percent(cell.count or 0, whole),
            }


def _reach(runtime: Runtime, tally: Tally, one: Reach) -> dict[str, object]:
    percent = runtime.settings.quota_percent
    met = one.meets(percent) if one.valid is not None else None
    return {
        **dict(zip(of_dossiers(tally.by), one.group, strict=True)),
        "returned": one.returned,
        "issued": one.issued,
        "delivered": one.delivered,
        "answered": _count(one.answered, tally.hidden_below),
        "valid": _count(one.valid, tally.hidden_below),
        "share": _percent(one.valid, one.returned) if one.valid and one.returned else "",
        "quota": quota(one.returned, percent),
        "met": "" if met is None else runtime.text(f"tally.{'met' if met else 'not_met'}"),
    }


def _words(tally: Tally, language: str) -> dict[tuple[str, str, str], tuple[str, str]]:
    """What the question and the option say."""
    return {
        (form.id, question.id, option.id): (
            in_language(question.text, language),
            in_language(option.text, language),
        )
        for form in reversed(tally.forms)
        for question in form.questions
        for option in question.options
    }


def _key(cell: Cell) -> tuple[str, str, str]:
    return cell.form, cell.question, cell.option


def _count(count: int | None, below: int | None) -> object:
    return f"<{below}" if count is None else count


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(TENTH, ROUND_HALF_UP)
