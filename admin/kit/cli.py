"""`motcua`: finds the command, runs it, and turns every failure into one sentence.

Exit codes: 0 done, 1 refused with a reason, 2 wrong usage, 130 interrupted by Ctrl-C.
"""

import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from admin.kit.help import HelpfulGroup, first_line, load, modules
from admin.kit.texts import Texts, load_texts, wanted_language
from bot.channels.registry import remote_groups
from surveys.texts import LANGUAGES

SECTIONS = {
    "begin": ("demo", "serve", "db"),
    "collect": (
        *("template", "units", "dossiers", "forms", "qr", "links", "invite"),
        *("invitations", "delivery", "answers", "imports"),
    ),
    "rate": (
        "facts",
        "scores",
        "verify",
        "petitions",
        "news",
        "tally",
        "rate",
        "period",
        "explain",
        "onestop",
        "report",
        "check",
        "rulebooks",
    ),
    "keep": ("staff", "token", "audit", "key", "citizen", "purge"),
}
"""The commands in the order of an officer's quarter."""
WIDTH = 80


class Root(HelpfulGroup):
    """All commands, by section."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The available commands in the order of their sections, channels last."""
        order = [name for names in SECTIONS.values() for name in names]
        ordered = sorted(modules(), key=lambda n: (order.index(n) if n in order else len(order), n))
        return [*ordered, *remote_groups()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load the command's module; a remote channel is a group of its own."""
        found = load("", cmd_name) if "_" not in cmd_name else None
        if found is None and cmd_name in remote_groups():
            from admin.kit.channels import channel_group

            return channel_group(cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their sections' titles; this loads no module."""
        texts: Texts = ctx.obj
        listed = self.list_commands(ctx)
        channels = {"channels": tuple(remote_groups())}
        other = {"other": sorted(set(listed).difference(*SECTIONS.values(), *channels.values()))}
        sections = {**SECTIONS, **channels, **other}
        for section, names in sections.items():
            rows = [(name, first_line(texts, name)) for name in names if name in listed]
            if rows:
                with formatter.section(texts.text(f"help.sections.{section}")):
                    formatter.write_dl(rows)


@click.group("motcua", cls=Root)
@click.option("--lang", type=click.Choice(LANGUAGES))
@click.option("--database-url", metavar="URL")
@click.option("--config", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--as", "actor", metavar="NAME")
@click.option("--key-file", metavar="FILE", type=click.Path(path_type=Path))
@click.version_option(package_name="motcua", message="motcua %(version)s")
def root(**_options: object) -> None:
    """The options before the command; `admin.kit.runtime` reads them."""


def main() -> NoReturn:
    """The entry point of `motcua`.

    The garbage collector is off while modules load and at exit: their objects live until the
    process ends. `Action` turns it on for the command itself.
    """
    gc.disable()
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def _open_closed_streams() -> None:
    """Write to nowhere what would go to a stream that was closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def run(args: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Every failure is reported on standard error."""
    try:
        texts = load_texts(wanted_language(args))
    except Exception as error:
        click.echo(f"Lỗi / Error: {error}", err=True)
        return 1
    return _run(texts, args)


def _run(texts: Texts, args: Sequence[str]) -> int:
    try:
        code = root.main(
            list(args), "motcua", standalone_mode=False, obj=texts, max_content_width=WIDTH
        )
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        return 2
    except click.UsageError as error:
        return _usage(texts, error)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return _discard_output()
    except SystemExit:
        if not hasattr(sys.stdout, "wrapped"):  # what click does where nobody reads any more
            raise
        return _discard_output()
    except Exception as error:
        return _report_failure(texts, error)
    return code if isinstance(code, int) else 0


def _usage(texts: Texts, error: click.UsageError) -> int:
    from admin.kit.usage import usage_sentence

    click.echo(texts.text("common.error", reason=usage_sentence(texts, error)), err=True)
    return 2


def _report_failure(texts: Texts, error: Exception) -> int:
    from admin.kit.refusals import sentence

    if os.environ.get("MOTCUA_DEBUG"):
        traceback.print_exception(error)
    click.echo(texts.text("common.error", reason=sentence(texts, error)), err=True)
    return 1


def _discard_output() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
