"""Translates click's usage errors into the user's language."""

from collections.abc import Sequence
from typing import Any

import click
from click.exceptions import MissingParameter, NoSuchCommand, NoSuchOption

from admin.kit.texts import Texts


def usage_sentence(texts: Texts, error: click.UsageError) -> str:
    """What is wrong with the command line, and where its help is."""
    command = error.ctx.command_path if error.ctx else "motcua"
    return f"{_what(texts, error)}\n{texts.text('errors.usage.see_help', command=command)}"


def _what(texts: Texts, error: click.UsageError) -> str:
    if isinstance(error, NoSuchCommand):
        return _unknown(texts, "no_such_command", error.command_name, error.possibilities)
    if isinstance(error, NoSuchOption):
        return _unknown(texts, "no_such_option", error.option_name, error.possibilities)
    if isinstance(error, MissingParameter):
        return texts.text(f"errors.usage.missing_{_kind(error)}", name=_name(error))
    if isinstance(error, click.BadParameter):
        return _bad_value(texts, error)
    if isinstance(error, click.BadOptionUsage):
        return texts.text("errors.usage.option_value", name=error.option_name)
    missing = error.ctx is not None and isinstance(error.ctx.command, click.Group)
    return texts.text(f"errors.usage.{'missing_command' if missing else 'too_many_arguments'}")


def _unknown(texts: Texts, key: str, name: str, near: Sequence[str] | None) -> str:
    said = texts.text(f"errors.usage.{key}", name=name)
    if not near:
        return said
    return f"{said} {texts.text('errors.usage.did_you_mean', names=', '.join(near))}"


def _bad_value(texts: Texts, error: click.BadParameter) -> str:
    wanted = _wanted(texts, error.param.type) if error.param else ""
    return texts.text("errors.usage.bad_value", name=_name(error), wanted=wanted).strip()


def _wanted(texts: Texts, kind: click.ParamType[Any]) -> str:
    if isinstance(kind, click.Choice):
        return texts.text("errors.usage.wanted.choice", names=", ".join(map(str, kind.choices)))
    if isinstance(kind, click.IntRange | click.FloatRange):
        ends = {"least": _end(kind.min), "most": _end(kind.max)}
        return texts.text("errors.usage.wanted.range", **ends)
    return texts.find(f"errors.usage.wanted.{kind.name}") or ""


def _end(number: float | None) -> int | str:
    if number is None:
        return "…"
    return int(number) if number == int(number) else f"{number:g}"


def _kind(error: MissingParameter) -> str:
    return "argument" if isinstance(error.param, click.Argument) else "option"


def _name(error: click.BadParameter) -> str:
    if error.param is None or error.ctx is None:
        return "?"
    if isinstance(error.param, click.Argument):
        return error.param.make_metavar(error.ctx).strip("[].")
    return max(error.param.opts, key=len)
