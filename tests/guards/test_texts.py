"""No text without a use; both languages list the same, each in its own writing."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from surveys.texts import Catalog
from tests.guards.test_commands import COMMANDS
from tests.guards.test_house import ROOT, SOURCES

FROM_ELSEWHERE = (
    "errors.usage.missing_",  # the kinds of parameters are click's
    "errors.usage.wanted.",  # the names of types are click's
    "invitations.outcomes.",  # a state with a reason; test_invitations_command.py compares them
    "help.pieces.",  # the pieces of a usage line are click's
    "telegram.commands.",  # every command there is a text for is shown
)
"""Keys whose last part no source of ours holds; everything else must be found."""


@cache
def _words() -> frozenset[str]:
    """Every word of a string in the sources, and the names of classes' fields and members."""
    found: set[str] = set()
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(node.value.split())
            elif isinstance(node, ast.ClassDef):
                found |= {name.lower() for name in _members(node)}
    return frozenset(found)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Every string with holes as a pattern that tells what was put into them."""
    strings = (n for tree in _trees() for n in ast.walk(tree) if isinstance(n, ast.JoinedStr))
    found = {"".join(map(_piece, one.values)) for one in strings if _says_something(one)}
    return tuple(map(re.compile, sorted(found)))


def _trees() -> Iterator[ast.Module]:
    return (ast.parse(file.read_text("utf-8")) for file in SOURCES)


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        targets = part.targets if isinstance(part, ast.Assign) else []
        targets = [part.target] if isinstance(part, ast.AnnAssign) else targets
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _piece(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else "([a-z0-9_.]+)"


def _says_something(one: ast.JoinedStr) -> bool:
    text = "".join(str(part.value) for part in one.values if isinstance(part, ast.Constant))
    return re.fullmatch(r"[a-z0-9_.]{2,}", text) is not None


@cache
def _asked_for(key: str) -> bool:
    """The sources hold the key itself, a list of columns and one of them, or a string with holes
    that becomes the key by what the sources ask for."""
    above, _, last = key.rpartition(".")
    if key in _words():
        return True
    if above.endswith("columns") and above in _words() and _asked_for(last):
        return True
    matches = (pattern.fullmatch(key) for pattern in _patterns())
    return any(all(map(_asked_for, match.groups())) for match in matches if match)


def _of_commands() -> set[str]:
    """What the help of every command may ask for."""
    keys = {f"commands.{path}.{part}" for path, _ in COMMANDS for part in ("help", "examples")}
    return keys | {
        f"commands.{at}.options.{param}"
        for path, command in COMMANDS
        for param in [*(p.name for p in command.params), "help"]
        for at in (path, "common")
    }


@pytest.mark.parametrize("folder", ["admin/locales", "bot/locales"])
def test_every_text_is_used(folder: str) -> None:
    """A key nobody asks for is a text nobody will ever read."""
    known = _of_commands()
    keys = Catalog.load(ROOT / folder, "vi").texts
    assert [
        key
        for key in keys
        if key not in known
        and not key.startswith(FROM_ELSEWHERE)
        and not _asked_for(key)
        and not _asked_for(key.removeprefix("errors."))
    ] == []


def test_the_guard_sees_an_unused_text() -> None:
    """Neither a made-up text nor a made-up part of a used one is taken for used."""
    assert _asked_for("rate.period")
    assert not _asked_for("rate.nobody_says_this")
    assert not _asked_for("nobody.period")


def test_lists_are_as_long_in_either_language() -> None:
    """What a citizen can send, what is kept, what is read back."""
    vietnamese, english = (Catalog.load(ROOT / "bot/locales", one).texts for one in ("vi", "en"))
    differ = [key for key, one in vietnamese.items() if one.count("•") != english[key].count("•")]
    assert differ == []


@pytest.mark.parametrize("folder", ["admin/locales", "bot/locales"])
def test_a_percentage_is_written_together(folder: str) -> None:
    """ "91,4%" in Vietnamese."""
    texts = Catalog.load(ROOT / folder, "vi").texts
    assert [key for key, one in texts.items() if re.search(r"[}\d] %", one)] == []
