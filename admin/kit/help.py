"""Click commands with help, usage line and list of commands in the user's language.

The texts are in the locale files: `commands.<path>.help`, `.examples` and `.options.<name>`,
where the path of `motcua units import` is `units.import`; an option without a text there is
looked up under `commands.common.options`.
"""

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import click

from admin.kit.texts import Texts

COMMANDS = "admin.commands"
"""The package of the commands, by name: they import this module, which loads them on demand."""


def path_of(ctx: click.Context) -> str:
    """`units.import` for `motcua units import`; `motcua` for the root."""
    names = []
    while ctx.parent is not None:
        names.append(ctx.command.name or "")
        ctx = ctx.parent
    return ".".join(reversed(names)) or "motcua"


class Helpful(click.Command):
    """A command whose help comes from the locale files."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """`Cách dùng: motcua units import [TÙY CHỌN] FILE`."""
        pieces = self.collect_usage_pieces(ctx)
        words = {piece: ctx.obj.find(f"help.pieces.{piece}") for piece in pieces}
        formatter.write_usage(
            ctx.command_path,
            " ".join(words[piece] or piece for piece in pieces),
            prefix=f"{ctx.obj.text('help.usage')} ",
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(ctx.obj.find(f"commands.{path_of(ctx)}.help") or "")

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments that the locale files describe."""
        arguments = [p for p in self.get_params(ctx) if isinstance(p, click.Argument)]
        rows = [(a.make_metavar(ctx), self._words(ctx, a)) for a in arguments]
        _section(formatter, ctx.obj.text("help.arguments"), [row for row in rows if row[1]])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then (for a group) its commands."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option) and not p.hidden]
        rows = [(p.get_help_spec(ctx), self._words(ctx, p) + _extra(ctx, p)) for p in options]
        _section(formatter, ctx.obj.text("help.options"), rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, line by line as they would be typed."""
        examples = ctx.obj.find(f"commands.{path_of(ctx)}.examples")
        if examples:
            with formatter.section(ctx.obj.text("help.examples")):
                for line in examples.splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")

    def _words(self, ctx: click.Context, param: click.Parameter) -> str:
        name = "help" if param is self.get_help_option(ctx) else param.name
        for path in (path_of(ctx), "common"):
            words = ctx.obj.find(f"commands.{path}.options.{name}")
            if words:
                return str(words)
        return ""


class HelpfulGroup(Helpful, click.Group):
    """A group that also contains the commands in `admin/commands/<group>_<command>.py`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Its own commands in the order of definition, then those of other modules."""
        return [*self.commands, *_modules(f"{self.name}_")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a command on demand."""
        return super().get_command(ctx, cmd_name) or load(f"{self.name}_", cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with the first line of its help."""
        path = path_of(ctx) + "." if ctx.parent is not None else ""
        rows = [(name, first_line(ctx.obj, path + name)) for name in self.list_commands(ctx)]
        _section(formatter, ctx.obj.text("help.commands"), rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggestions for a wrong name include lazily loaded commands."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(args[0], possibilities=known, ctx=ctx)
        return super().resolve_command(ctx, args)


def first_line(texts: Texts, path: str) -> str:
    """The first line of a command's help: its summary."""
    return (texts.find(f"commands.{path}.help") or "").partition("\n")[0]


def modules() -> list[str]:
    """The top-level commands that have a module."""
    return [name for name in _modules("") if "_" not in name]


def load(prefix: str, name: str) -> click.Command | None:
    """The `command` of module `prefix` + `name`; None if there is no such module."""
    if name not in _modules(prefix):
        return None
    found: click.Command = import_module(f"{COMMANDS}.{prefix}{name}").command
    return found


def _modules(prefix: str) -> list[str]:
    return sorted(n.removeprefix(prefix) for n in _found() if n.startswith(prefix) and n[0] != "_")


@cache
def _found() -> tuple[str, ...]:
    spec = find_spec(COMMANDS)
    paths = spec.submodule_search_locations if spec else None
    return tuple(module.name for module in pkgutil.iter_modules(paths))


def _section(formatter: click.HelpFormatter, title: str, rows: Iterable[tuple[str, str]]) -> None:
    listed = list(rows)
    if listed:
        with formatter.section(title):
            formatter.write_dl(listed)


def _extra(ctx: click.Context, option: click.Option) -> str:
    default = option.get_help_extra(ctx).get("default")
    words = [ctx.obj.text("help.default", value=default)] if default else []
    words += [ctx.obj.text("help.required")] if option.required else []
    return f" [{'; '.join(words)}]" if words else ""
