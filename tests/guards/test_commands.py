"""Every command of `motcua` explains itself in both languages."""

from collections.abc import Iterator

import click
import pytest

from admin.kit.cli import SECTIONS, root
from admin.kit.help import modules
from admin.kit.texts import load_texts

RESULTS = {"list", "status", "show", "check", "rate", "tally", "import"}
"""Commands of these names print a list or a result."""
LANGUAGES = ("vi", "en")


def _commands() -> list[tuple[str, click.Command]]:
    ctx = click.Context(root, info_name="motcua", obj=load_texts("vi"))
    return [("motcua", root), *_below(ctx, root, "")]


def _below(
    ctx: click.Context, group: click.Group, path: str
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from _below(ctx, command, f"{path}{name}.")


COMMANDS = _commands()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_every_command_has_help_and_an_example(
    path: str, command: click.Command, language: str
) -> None:
    """And a word on each of its arguments and options; a group needs no example of its own."""
    texts = load_texts(language)
    assert texts.find(f"commands.{path}.help")
    examples = texts.find(f"commands.{path}.examples") or ""
    assert "motcua" in examples or isinstance(command, click.Group)
    unexplained = [
        param.name
        for param in command.params
        if not any(texts.find(f"commands.{at}.options.{param.name}") for at in (path, "common"))
    ]
    assert unexplained == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_first_line_fits_the_list_of_commands(language: str) -> None:
    """The first line of a help is what the list shows: it is no essay."""
    texts = load_texts(language)
    first = {path: str(texts.find(f"commands.{path}.help")).split("\n")[0] for path, _ in COMMANDS}
    assert {path: line for path, line in first.items() if len(line) > 110} == {}


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_every_result_comes_as_table_json_and_csv(path: str, command: click.Command) -> None:
    """Whatever lists or reports takes --format, and its choices are the three."""
    options = {name: p for p in command.params for name in p.opts}
    if path.split(".")[-1] in RESULTS:
        assert "--format" in options
    if "--format" in options and isinstance(kind := options["--format"].type, click.Choice):
        assert list(kind.choices) == ["table", "json", "csv"]


def test_every_module_is_a_command_in_a_section() -> None:
    """Every command has a section of its own choice, and no command is missing."""
    known = {name for names in SECTIONS.values() for name in names}
    assert [name for name in modules() if name not in known] == []


def test_the_guard_sees_the_commands() -> None:
    """Groups, their commands, and commands in separate modules."""
    paths = {path for path, _ in COMMANDS}
    assert {"units.import", "units.list", "dossiers.import", "forms.try", "db.upgrade"} <= paths
