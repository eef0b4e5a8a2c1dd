"""What the documents tell people to type is there: commands, options, settings, make targets."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from bot.settings import CONFIG_VARIABLE, STAFF_KEY_VARIABLE, setting_names
from tests.guards.test_commands import COMMANDS
from tests.guards.test_house import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
KNOWN = dict(COMMANDS)
NOT_YET: set[str] = set()
"""Commands the READMEs say there are not."""


def _lines(text: str) -> Iterator[str]:
    """Every `motcua …` of a document: lines of code blocks, and code within sentences."""
    for block in re.findall(r"^```.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            yield from re.findall(r"(?:^|[|$] ?)(motcua .*?)(?= \| |$)", line)
    yield from re.findall(r"[`\"](motcua [^`\"\n]+)[`\"]", text)


TYPED = sorted(
    {(str(one.relative_to(ROOT)), x) for one in DOCUMENTS for x in _lines(one.read_text("utf-8"))}
)


@pytest.mark.parametrize(("document", "line"), TYPED)
def test_every_command_line_can_be_typed(document: str, line: str) -> None:
    """Its command exists and knows every option named."""
    words = shlex.split(line.replace("…", ""), comments=True)[1:]
    known, path = _options(KNOWN["motcua"]), ""
    for word in words:
        name = f"{path}.{word}".lstrip(".")
        if name in KNOWN:
            path, known = name, known | _options(KNOWN[name])
    reached = KNOWN[path] if path else None
    assert words[0] in NOT_YET or isinstance(reached, click.Command), document
    assert not isinstance(reached, click.Group) or words[-1] == path, "a command of the group"
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_every_option_named_in_a_sentence_is_there() -> None:
    """`--public` in a sentence is an option of some command."""
    known = set().union(*map(_options, KNOWN.values()))
    named = {x for one in DOCUMENTS for x in re.findall(r"`(--[a-z-]+)", one.read_text("utf-8"))}
    assert named - known == set()
    assert named


def _options(command: click.Command) -> set[str]:
    return {"--help"} | {name for p in command.params for name in (*p.opts, *p.secondary_opts)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_named_thing_is_there(document: object) -> None:
    """Settings, make targets and files of the house that a document names."""
    text = (ROOT / str(document)).read_text("utf-8")
    settings = {
        CONFIG_VARIABLE,
        STAFF_KEY_VARIABLE,
        *(f"MOTCUA_{name.upper()}" for name in setting_names()),
    }
    assert set(re.findall(r"MOTCUA_[A-Z_]+", text)) <= settings
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets
    rooms = r"`((?:admin|bot|scoring|surveys|migrations|scripts|tests|docs)/[\w./-]*)`"
    assert [name for name in re.findall(rooms, text) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: object) -> None:
    """A relative link points at a file there is."""
    file = ROOT / str(document)
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", file.read_text("utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []


def test_the_guard_sees_the_lines() -> None:
    """Blocks, prompts and sentences are read."""
    lines = {line.split("#")[0].strip() for _, line in TYPED}
    in_sentence = "motcua qr receipts 2021-Q2 --out giay-hen"
    assert {"motcua db upgrade", "motcua forms check gop-y.yaml", in_sentence} <= lines
