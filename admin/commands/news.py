"""`motcua news`: what changed because of the answers, told once to those who want to hear it."""

import click

from admin.importing import UnitIndex
from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from surveys.errors import Refusal
from surveys.store.results import news
from surveys.store.results.news import NewPiece

KEYS = "id unit period words added_by approved_by told"
MOST = 600
"""Characters of one piece of news."""

command = group("news")


@command.command("add")
@click.argument("period")
@click.argument("words")
@click.option("--unit", metavar="CODE")
@click.option("--english", metavar="TEXT", default="")
async def add(runtime: Runtime, period: str, words: str, unit: str | None, english: str) -> None:
    """Add a piece of news; nobody is told before somebody else approves it."""
    wanted, said = runtime.period(period), words.strip()
    if not said or max(len(said), len(english)) > MOST:
        raise Refusal("news.words", most=MOST)
    database = await runtime.database()
    async with database.write() as conn:
        code = (await UnitIndex.load(conn)).code_of(unit) if unit is not None else None
        if code is not None:
            runtime.scope.require(code)
        elif runtime.scope.unit is not None:
            raise Refusal("news.whole_office", own=runtime.scope.unit)
        officer = (await runtime.author(conn)).name
        number = await news.add(
            conn,
            NewPiece(
                unit=code,
                period=wanted,
                words=said,
                words_en=english.strip() or None,
                officer=officer,
                now=runtime.now,
            ),
        )
        details = {"unit": code or "", "period": wanted.id}
        await runtime.audit(conn, "news.add", f"news:{number}", details)
    runtime.say("news.added", id=number)


@command.command("list")
@format_option
async def list_news(runtime: Runtime, shown_as: Format) -> None:
    """Print every piece of news, the newest first, and how many were told."""
    database = await runtime.database()
    async with database.read() as conn:
        found = await news.list_all(conn)
    rows = [{key: getattr(one, key) for key in KEYS.split()} for one in found]
    runtime.show(rows, runtime.columns("news.columns", KEYS), shown_as)


@command.command("approve")
@click.argument("number", type=int)
async def approve(runtime: Runtime, number: int) -> None:
    """Approve a piece of news: from now on it is told, and the page shows it."""
    database = await runtime.database()
    async with database.write() as conn:
        officer = (await runtime.author(conn)).name
        await news.approve(conn, number, officer, runtime.now)
        await runtime.audit(conn, "news.approve", f"news:{number}", {})
    runtime.say("news.approved", id=number)
