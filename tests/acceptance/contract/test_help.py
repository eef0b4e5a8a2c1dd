"""Every command explains itself, with examples, in both languages."""

import re
from itertools import cycle
from pathlib import Path

import pytest

from tests.acceptance.support.command import Motcua

WORDS = {
    "vi": ("Cách dùng:", "Tùy chọn:", "Ví dụ:"),
    "en": ("Usage:", "Options:", "Examples:"),
}
COMMANDS = {
    "demo": "",
    "serve": "",
    "db": "upgrade check backup restore",
    "units": "import list",
    "dossiers": "import show link",
    "forms": "list check try",
    "invite": "",
    "answers": "import",
    "facts": "import",
    "scores": "import",
    "tally": "",
    "rate": "",
    "check": "",
    "staff": "add list remove",
    "audit": "list verify",
    "citizen": "export erase",
    "purge": "",
    "rulebooks": "list check diff",
}
"""Those of the contract that this issue brings, each with its own commands."""


def explained(motcua: Motcua, lang: str, *command: str) -> str:
    """The help of one command, whole; it needs no database and writes nothing."""
    done = motcua("--lang", lang, *command, "--help")
    assert (done.code, done.err) == (0, "")
    for title in WORDS[lang]:
        assert title in done.out, (command, title)
    other = WORDS["en" if lang == "vi" else "vi"]
    assert not any(title in done.out for title in other)
    examples = done.out.split(WORDS[lang][2])[1]
    assert re.search(rf"motcua (--\w+ \S+ )*{' '.join(command)}", examples)
    return done.out


@pytest.mark.parametrize(("command", "lang"), [*zip(COMMANDS, cycle(WORDS))])
def test_help(command: str, lang: str, tmp_path: Path) -> None:
    """Usage, what it is for, and an example of it, in either language in turn."""
    motcua = Motcua(folder=tmp_path, url=f"sqlite:///{tmp_path}/motcua.sqlite")
    own = explained(motcua, lang, command)
    for name in COMMANDS[command].split():
        assert re.search(rf"^  {name} ", own, re.MULTILINE)
        explained(motcua, lang, command, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", WORDS)
def test_all_commands_are_listed(lang: str, tmp_path: Path) -> None:
    """`motcua --help` names each command with a line about it."""
    listed = explained(Motcua(folder=tmp_path, url="sqlite://"), lang)
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", listed, re.MULTILINE), command
