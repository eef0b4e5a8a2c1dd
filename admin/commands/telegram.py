"""`motcua telegram`: whether our bot stands at Telegram as it should."""

import click
from telegram.error import TelegramError

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group
from admin.kit.tables import Row
from bot.channels.telegram.channel import open_channel
from bot.channels.telegram.setup import Finding, inspect, mend, wanted_from
from bot.texts import load_texts
from surveys.errors import Refusal

COLUMNS = "part state found wanted"

command = group("telegram")


@command.command("check")
@click.option("--fix", is_flag=True)
@format_option
async def check(runtime: Runtime, *, fix: bool, shown_as: Format) -> int:
    """Compare token, webhook, secret, commands and menu with the settings; exit 1 when wrong."""
    try:
        findings = await _findings(runtime, fix=fix)
    except TelegramError as error:
        raise Refusal("telegram.unavailable", reason=error.message) from None
    wrong = [finding for finding in findings if not finding.right]
    columns = runtime.columns("telegram.columns", COLUMNS)
    runtime.show([_row(runtime, one, shown_as) for one in findings], columns, shown_as)
    hint = "wrong" if fix else "mendable"
    runtime.say(f"telegram.{hint if wrong else 'all_right'}", count=len(wrong))
    return 1 if wrong else 0


async def _findings(runtime: Runtime, *, fix: bool) -> list[Finding]:
    channel = open_channel(runtime.settings)
    wanted = wanted_from(runtime.settings, load_texts())
    runtime.exits.push_async_callback(channel.close)
    await channel.start()
    findings = await inspect(channel.api, wanted, runtime.now)
    if fix and not all(finding.right for finding in findings):
        await mend(channel.api, wanted, findings)
        findings = await inspect(channel.api, wanted, runtime.now)
    return findings


def _row(runtime: Runtime, finding: Finding, shown_as: Format) -> Row:
    part, state = str(finding.part), "right" if finding.right else "wrong"
    if shown_as is Format.TABLE:
        part = runtime.text(f"telegram.parts.{part}")
        state = runtime.text(f"telegram.states.{state}")
    return {"part": part, "state": state, "found": finding.found, "wanted": finding.wanted}
