"""Channels in commands: the context a channel gets, `motcua <channel> check`, and own commands."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache

import click

from admin.kit.output import Format
from admin.kit.runtime import Runtime, format_option, group, leaf
from admin.kit.tables import Row
from bot.channels import registry
from bot.channels.base import (
    Channel,
    ChannelCommand,
    ChannelContext,
    ChannelUnavailable,
    Finding,
)
from bot.texts import load_texts
from surveys.errors import Refusal
from surveys.store.base.database import Database

COLUMNS = "part state found wanted"
FROM_INPUT = "-"
"""The value of an option whose text is read from standard input."""


def channel_context(
    runtime: Runtime,
    database: Database,
    *,
    clock: Callable[[], datetime] | None = None,
    demo: bool = False,
) -> ChannelContext:
    """The context a channel gets in this command; without a `clock`, its time is the start of the
    command."""
    return ChannelContext(
        settings=runtime.settings,
        texts=load_texts(),
        clock=clock or (lambda: runtime.now),
        database=database,
        keyring=cache(runtime.keyring),
        demo=demo,
    )


def channel_title(runtime: Runtime, channel: str) -> str:
    """The channel's name for people."""
    texts, key = load_texts()[runtime.texts.language], f"channels.{channel}"
    return texts.text(key) if key in texts else channel


def channel_group(name: str) -> click.Group:
    """`motcua <channel>` with `check` and the commands that its channels bring; `name` is a group
    of the registry."""
    made = group(name)
    for one in registry.commands_of(name):
        made.add_command(_command(name, one))

    @made.command("check")
    @click.option("--fix", is_flag=True)
    @format_option
    async def check(runtime: Runtime, *, fix: bool, shown_as: Format) -> int:
        """Compare the bot's set-up with the settings; exit 1 if a part is wrong."""
        return await _check(runtime, name, fix=fix, shown_as=shown_as)

    return made


def _command(name: str, one: ChannelCommand) -> click.Command:
    """A channel's own command: its options, then what the set-up is like afterwards."""

    async def run(runtime: Runtime, *, shown_as: Format, **given: str | None) -> int:
        return await _perform(runtime, name, one, given, shown_as)

    made: click.Command = leaf(one.name)(format_option(run))
    for option in reversed(one.options):
        metavar = FROM_INPUT if option.from_input else option.name.upper()
        flag = f"--{option.name.replace('_', '-')}"
        made.params.insert(0, click.Option([flag, option.name], metavar=metavar))
    return made


async def _perform(
    runtime: Runtime,
    name: str,
    one: ChannelCommand,
    given: Mapping[str, str | None],
    shown_as: Format,
) -> int:
    """Run it; the audit log says that it was run, and nothing of what was given."""
    texts = {key: _value(one, key, text) for key, text in given.items() if text is not None}
    database = await runtime.database(alone=False, whole=False)
    try:
        findings = await one.run(channel_context(runtime, database), texts)
    except ChannelUnavailable as error:
        raise _unavailable(runtime, one.channel, error) from None
    async with database.write() as conn:
        await runtime.audit(conn, f"{name}.{one.name}", one.channel, {"ways": sorted(texts)})
    rows = [_row(runtime, one.channel, finding, shown_as) for finding in findings]
    runtime.show(rows, runtime.columns("channel_check.columns", COLUMNS), shown_as)
    runtime.say(f"{one.channel}.{one.name}.done")
    return 0


def _value(one: ChannelCommand, key: str, text: str) -> str:
    """The option's text. Raises Refusal `channel.secret_in_line`."""
    option = next(option for option in one.options if option.name == key)
    if not option.from_input:
        return text
    if text != FROM_INPUT:
        raise Refusal("channel.secret_in_line", option=f"--{key.replace('_', '-')}")
    return sys.stdin.read().strip()


def _unavailable(runtime: Runtime, name: str, error: ChannelUnavailable) -> Refusal:
    title = channel_title(runtime, name)
    return Refusal("channel.unavailable", channel=title, reason=error.reason)


async def _check(runtime: Runtime, name: str, *, fix: bool, shown_as: Format) -> int:
    found = [
        (channel.name, finding)
        for channel in await _open(runtime, name)
        for finding in await _findings(runtime, channel, fix=fix)
    ]
    count = sum(not finding.right for _, finding in found)
    rows = [_row(runtime, channel, finding, shown_as) for channel, finding in found]
    runtime.show(rows, runtime.columns("channel_check.columns", COLUMNS), shown_as)
    mendable = any(finding.is_fixable and not finding.right for _, finding in found)
    hint = "mendable" if mendable and not fix else "wrong"
    runtime.say(f"channel_check.{hint if count else 'all_right'}", count=count, command=name)
    return 1 if count else 0


async def _open(runtime: Runtime, name: str) -> list[Channel]:
    """Raises Refusal `<name>.not_configured`, the channel's refusal of its settings, or, if a
    channel keeps something there, that of a missing or old database."""
    database = Database.open(runtime.settings.database_url)
    runtime.exits.push_async_callback(database.close)
    context, modules = channel_context(runtime, database), registry.channel_modules()
    opened = [modules[one].open_channel(context) for one in registry.remote_groups()[name]]
    channels = [channel for channel in opened if channel is not None]
    if not channels:
        raise Refusal(f"{name}.not_configured")
    if any(channel.traits.checks_database for channel in channels):
        await runtime.database(alone=False)
    for channel in channels:
        runtime.exits.push_async_callback(channel.close)
    return channels


async def _findings(runtime: Runtime, channel: Channel, *, fix: bool) -> Sequence[Finding]:
    try:
        return await channel.check(fix=fix)
    except ChannelUnavailable as error:
        raise _unavailable(runtime, channel.name, error) from None


def _row(runtime: Runtime, channel: str, finding: Finding, shown_as: Format) -> Row:
    part, state = finding.part, "right" if finding.right else "wrong"
    seen = finding.found
    if shown_as is Format.TABLE:
        if not finding.right:
            seen = runtime.texts.find(f"{channel}.causes.{part}") or seen
        part = runtime.text(f"{channel}.parts.{part}")
        state = runtime.text(f"channel_check.states.{state}")
    return {"part": part, "state": state, "found": seen, "wanted": finding.wanted}
