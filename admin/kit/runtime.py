"""The context of a running command, and the decorators that pass it to the command.

    command = group("units")

    @command.command("list")
    @format_option
    async def list_units(runtime: Runtime, shown_as: Format) -> None: ...

A single command is `@leaf("check")` over a function named `command`. The function may be async;
if it returns a number, that is the exit code.
"""

import asyncio
import gc
import inspect
import os
import re
import stat
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from admin.kit import identity, output, permissions
from admin.kit.help import Helpful, HelpfulGroup, path_of
from admin.kit.identity import Claim, Identity
from admin.kit.output import Format, Presentable
from admin.kit.tables import Column, Kind, Row
from admin.kit.texts import Texts
from admin.kit.unit_scope import WHOLE_OFFICE, UnitScope
from bot.keys import existing_keyring, key_place, keyring
from bot.settings import CONFIG_VARIABLE, Settings, load_settings
from surveys.errors import Refusal
from surveys.period import Period, parse_period
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database, parse_url
from surveys.store.dossiers import units
from surveys.store.importing.applying import WholeDriver
from surveys.store.system import audit, copying, meta, staff
from surveys.store.system.audit import AuditEntry, Author

UNMADE = frozenset({"database.missing", "database.empty"})
F = TypeVar("F", bound=Callable[..., Any])
WHOLE = click.IntRange(1, 2**31 - 1)
"""The number of a row or of rows, as far as every database counts."""


class FilePath(click.Path):
    """A file argument that is no device: reading `/dev/zero` would never end."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Raises Refusal `files.device`."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        with suppress(OSError):
            mode = path.stat().st_mode
            if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and path != Path(os.devnull)):
                raise Refusal("files.device", file=str(path))
        return path


FILE = FilePath(path_type=Path, readable=False)
"""A file argument; whether it exists and is readable is checked when it is opened, so that this
ends with exit code 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Everything a command needs from outside: clock, settings, database, texts, output."""

    settings: Settings
    texts: Texts
    now: datetime
    """The moment the command began, in UTC."""
    claim: Claim
    """The name claimed by the user of the command."""
    exits: AsyncExitStack
    who: Identity
    """The identity, once the claim is proved; before that not an officer."""
    scope: UnitScope = WHOLE_OFFICE
    """The units this officer works on."""
    _opened: list[Database] = field(default_factory=list)
    _sealed_with: list[str] = field(default_factory=list)
    _said_once: set[str] = field(default_factory=set)
    """The fingerprint of the key that the opened database knows."""

    @property
    def actor(self) -> str:
        """The name in the audit log."""
        return self.who.name

    def require(self, key: str) -> None:
        """Check that this officer meets an entry of the permission table.

        Raises Refusal as `permissions.require`.
        """
        permissions.require(self.who, key)

    async def database(self, *, alone: bool = True, whole: bool = True) -> Database:
        """The database, with its schema checked; opened once, closed when the command ends.

        `alone`: as in `Database.open`; False for a command that serves. `whole`: transactions wait
        while an import is being written, so that none sees half of it.

        Raises Refusal `database.missing`, `.empty`, `.old` or `.newer`.
        """
        if not self._opened:
            import migrations

            self._require_file()
            opened = await self.any_database(alone=alone)
            await migrations.require_current(opened)
            async with opened.read_inline() as conn:
                known = await meta.read(conn, meta.KEY_FINGERPRINT)
            self._sealed_with.extend([known] if known else [])
            self._opened.append(opened)
        opened = self._opened[0]
        return Database(WholeDriver(opened.driver)) if whole else opened

    async def close_database(self) -> None:
        """Close what `database` opened, before the file is replaced."""
        while self._opened:
            await self._opened.pop().close()

    async def any_database(self, *, alone: bool = True) -> Database:
        """The database without a check of its schema; closed when the command ends.

        A file that is created for it can be read only by its owner.
        """
        file = self._database_file()
        if file is None and self.settings.database_url.startswith("sqlite"):
            raise Refusal("database.url", url=self.settings.database_url)
        if file is not None and not file.exists():
            with suppress(FileExistsError):
                copying.create(file)
        opened = Database.open(self.settings.database_url, alone=alone)
        self.exits.push_async_callback(opened.close)
        return opened

    def _require_file(self) -> None:
        file = self._database_file()
        if file is not None and not file.exists():
            raise Refusal("database.missing", file=str(file))

    def _database_file(self) -> Path | None:
        """The file of a SQLite database; None for PostgreSQL and databases in memory."""
        url = parse_url(self.settings.database_url)
        in_a_file = url.get_backend_name() == "sqlite" and url.database not in {"", ":memory:"}
        return Path(url.database) if in_a_file and url.database else None

    async def audit(
        self, conn: Connection, action: str, subject: str, details: Mapping[str, Any]
    ) -> None:
        """Add an audit log entry, in the transaction of the change. Raises as `author`."""
        entry = AuditEntry(action=action, subject=subject, details=details)
        await audit.append(conn, await self.author(conn), entry, at=self.now)

    async def author(self, conn: Connection) -> Author:
        """The author of audit log entries, with the key that seals them; the first key is cached.

        Raises Refusal `privacy.key_missing` or `privacy.other_key`.
        """
        if existing_keyring(self.settings) is None and await meta.read(conn, meta.KEY_FINGERPRINT):
            raise Refusal("privacy.key_missing", place=key_place(self.settings))
        ring = self.keyring()
        await meta.require_same_key(conn, ring)
        return self.author_with(ring)

    async def checking_keyring(self, conn: Connection) -> Keyring | None:
        """The key that seals this database's audit log; None if it is missing."""
        ring = existing_keyring(self.settings)
        known = await meta.read(conn, meta.KEY_FINGERPRINT)
        return ring if ring is not None and ring.fingerprint() == known else None

    def author_with(self, ring: Keyring | None) -> Author:
        """The author of audit log entries, with this key or none."""
        return Author(name=self.actor, os_user=self.claim.os_user, keyring=ring)

    def keyring(self) -> Keyring:
        """The deployment's keys; made on first use, but never for a database that has one: the new
        file would replace the one to be restored.

        Raises Refusal `privacy.key_missing`.
        """
        there = existing_keyring(self.settings)
        if there is None and self._sealed_with:
            raise Refusal("privacy.key_missing", place=key_place(self.settings))
        return there or keyring(self.settings)

    def period(self, text: str) -> Period:
        """Parse a PERIOD argument by the deployment's preset."""
        return parse_period(text, self.settings.periods)

    @property
    def today(self) -> date:
        """The date on which the command began, in the authority's time zone."""
        return self.local(self.now).date()

    def local(self, moment: datetime) -> datetime:
        """A moment in the authority's time zone."""
        return moment.astimezone(self.settings.zone)

    def text(self, key: str, **params: object) -> str:
        """A text in the user's language."""
        return self.texts.text(key, **params)

    def say(self, key: str, **params: object) -> None:
        """Print a message that is not data, on standard error."""
        click.echo(self.text(key, **params), err=True)

    def say_once(self, key: str, **params: object) -> None:
        """The same, unless the command has said just this before."""
        message = self.text(key, **params)
        if message not in self._said_once:
            self._said_once.add(message)
            click.echo(message, err=True)

    def columns(
        self, prefix: str, keys: str, *, codes: str = "", percents: str = ""
    ) -> list[Column]:
        """Columns by their keys (`"code name"`), with titles from the texts under `prefix`.

        `codes` are the keys never cut in a table, `percents` those shown with one decimal.
        """
        kinds = dict.fromkeys(codes.split(), Kind.CODE)
        kinds |= dict.fromkeys(percents.split(), Kind.PERCENT)
        return [
            Column(key=key, title=self.text(f"{prefix}.{key}"), kind=kinds.get(key, Kind.TEXT))
            for key in keys.split()
        ]

    def show(
        self, rows: Sequence[Row], columns: Sequence[Column], shown_as: Format, title: str = ""
    ) -> None:
        """Print rows on standard output."""
        output.show(self.texts, rows, columns, shown_as, title)

    def present(self, result: Presentable, shown_as: Format) -> None:
        """Print a result on standard output."""
        output.present(self.texts, result, shown_as)

    def progress(
        self, key: str, total: int | None = None
    ) -> AbstractContextManager[Callable[[int], None]]:
        """A progress bar labelled with the text under `key`."""
        return output.progress(self.text(key), total)

    def confirm(self, key: str, **params: object) -> bool:
        """Ask a yes or no question on the terminal.

        Raises Refusal `database.say_yes` if standard input is not a terminal.
        """
        try:
            return click.confirm(self.text(key, **params), err=True)
        except click.Abort:
            if sys.stdin.isatty():
                raise
            raise Refusal("database.say_yes") from None


class Action(Helpful):
    """A command whose function takes a Runtime first and may be async."""

    def invoke(self, ctx: click.Context) -> int | None:
        """Run it; the database it opened is always closed."""
        if self.callback is None:
            return None
        if not gc.isenabled():  # by `cli.main`; leave the collector of an embedding program alone
            gc.freeze()  # loaded modules stay, so the collector need not scan them again
            gc.enable()
        result = asyncio.run(_run(self.callback, ctx))
        return result if isinstance(result, int) else None


class ActionGroup(HelpfulGroup):
    """A group of actions."""

    command_class = Action
    group_class = type


def group(name: str) -> ActionGroup:
    """A group of commands, e.g. `units`."""
    return ActionGroup(name)


leaf = partial(click.command, cls=Action)
"""`@leaf("check")`: a command without a group."""


def format_option(function: F) -> F:
    """`--format table|json|csv`, given to the function as `shown_as`."""
    choice = click.Choice([style.value for style in Format])
    option = click.option(
        "--format", "shown_as", type=choice, default="table", show_default=True, callback=_format
    )
    return option(function)


def file_option(function: F) -> F:
    """`--out FILE` and `--force`: write the result into a file instead of printing it."""
    force = click.option("--force", is_flag=True)
    return click.option("--out", type=FILE, metavar="FILE")(force(function))


def settings_of(ctx: click.Context) -> Settings:
    """Load the settings; the options before the command override them.

    Raises Refusal `settings.no_file`, `settings.toml` or `settings.invalid`.
    """
    options = ctx.find_root().params
    if options.get("config"):
        os.environ[CONFIG_VARIABLE] = str(options["config"])
    try:
        return load_settings(lang=options.get("lang"), database_url=options.get("database_url"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        file = os.environ.get(CONFIG_VARIABLE)
        raise Refusal("settings.toml", file=file, line=line[1] if line else 1) from None


async def _run(function: Callable[..., Any], ctx: click.Context) -> object:
    async with AsyncExitStack() as exits:
        options = ctx.find_root().params
        claim = Claim(
            os_user=identity.os_user(),
            name=options.get("actor") or None,
            key=identity.read_key(options.get("key_file")),
        )
        runtime = Runtime(
            settings=settings_of(ctx),
            texts=ctx.obj,
            now=datetime.now(UTC),
            claim=claim,
            exits=exits,
            who=Identity(name=claim.name or claim.os_user, officer=None, staffed=False),
        )
        output.use_zone(runtime.settings.zone)
        runtime = await _authorize(runtime, permissions.wanted(path_of(ctx), ctx.params))
        result = function(runtime, **ctx.params)
        return await result if inspect.isawaitable(result) else result


async def _authorize(runtime: Runtime, keys: Sequence[str]) -> Runtime:
    """The runtime of an officer who may do all this. Raises Refusal as `permissions.require`."""
    if all(map(permissions.is_open, keys)):
        return runtime
    try:
        database = await runtime.database()
    except Refusal as refusal:
        if keys[0] in permissions.FOUNDING and refusal.code in UNMADE:
            return runtime
        raise
    async with database.read_inline() as conn:
        who = identity.identify(runtime.claim, await staff.list_all(conn))
        for key in keys:
            permissions.require(who, key)
        unit = who.officer.unit if who.officer else None
        below = await units.find_subtree(conn, unit) if unit else {}
    return replace(runtime, who=who, scope=UnitScope(unit=unit, numbers=below))


def _format(_ctx: click.Context, _param: click.Parameter, value: str) -> Format:
    return Format(value)
