"""Every command is in the table of permissions, and every role meets what the table says."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

import migrations
from admin.kit import cli, permissions
from admin.kit.identity import Identity
from admin.kit.permissions import NEEDS, Reach, line_of
from admin.kit.runtime import Action
from surveys.store.base.database import Database
from surveys.store.system import staff
from surveys.store.system.staff import Role
from tests.guards.test_commands import COMMANDS
from tests.guards.test_house import ROOT
from tests.integration.office import officer

ACTIONS = {path: one for path, one in COMMANDS if not isinstance(one, click.Group)}
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
ANY_OFFICER = "cán bộ bất kỳ"
LIMITS = {"được": Reach.FIGURES, "trong đơn vị": Reach.UNIT, "không": Reach.OFFICE}
PEOPLE = {
    **{role.value: officer(role.value, role) for role in Role},
    "khach": None,
    "clerk-xa": officer("clerk-xa", Role.CLERK, Role.VERIFIER, unit="XA01"),
}
"""One officer a role, one who is nobody, one whose work is limited to a unit."""


def _documented() -> dict[str, tuple[frozenset[str], Reach]]:
    text = (ROOT / "docs" / "roles.md").read_text("utf-8").partition("## Lệnh")[2]
    found = {}
    for key, roles, limit in ROW.findall(text):
        named = Role if roles == ANY_OFFICER else roles.split(", ")
        found[key] = (frozenset(map(str, named)), LIMITS[limit])
    return found


def test_every_command_has_a_line_and_every_line_a_command() -> None:
    """A new command says who may run it; a key with an option names one there is."""
    assert {line_of(path) for path in ACTIONS} - NEEDS.keys() == set()
    lines = {line_of(path): one for path, one in ACTIONS.items()}
    for key in NEEDS:
        path, _, more = key.partition(" ")
        options = {name for param in lines[path].params for name in param.opts}
        assert not more.startswith("--") or more in options, key


def test_the_document_is_the_table() -> None:
    """docs/roles.md says what the program does, line by line and in the same order."""
    asked = {key: need for key, need in NEEDS.items() if need.roles}
    assert _documented() == {k: (frozenset(n.roles), n.reach) for k, n in asked.items()}
    assert list(_documented()) == list(asked)
    text = (ROOT / "docs" / "roles.md").read_text("utf-8")
    assert [key for key in NEEDS if f"`{key}`" not in text] == []


def test_every_action_is_checked_by_the_kit() -> None:
    """No command that is run by other means than `Action`, where the check is."""
    assert [path for path, one in ACTIONS.items() if type(one).invoke is not Action.invoke] == []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with one officer a role."""
    url = f"sqlite:///{tmp_path_factory.mktemp('roles')}/motcua.sqlite"
    asyncio.run(_fill(url))
    return url


async def _fill(url: str) -> None:
    database = Database.open(url)
    await migrations.upgrade(database)
    async with database.write() as conn:
        for one in PEOPLE.values():
            if one is not None:
                await staff.save(conn, replace(one, os_user=one.name))
    await database.close()


def _line(path: str, flag: str) -> list[str]:
    """The shortest command line that can be parsed."""
    line = path.split(".")
    for param in ACTIONS[path].params:
        if param.required:
            line += [param.opts[0]] if isinstance(param, click.Option) else []
            line += [_value(param.type)]
    return [*line, *([flag] if flag else [])]


def _value(kind: object) -> str:
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    return "1"


def _cases() -> Iterator[tuple[str, str]]:
    for path in ACTIONS:
        yield path, ""
    for key in NEEDS:
        path, _, more = key.partition(" ")
        if more.startswith("--"):
            yield path, more


@pytest.mark.parametrize(("path", "flag"), list(_cases()))
def test_every_role_may_what_the_document_says_and_no_more(
    path: str, flag: str, office: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each command in each role, through the command line; its function only notes that it ran."""
    ran: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ACTIONS[path], "callback", lambda *_, **__: ran.append(path))
    for name in ("_check", "_perform"):
        monkeypatch.setattr(f"admin.kit.channels.{name}", _noting(ran))
    expected, reached = [], []
    for name, one in PEOPLE.items():
        monkeypatch.setattr("admin.kit.identity.os_user", lambda name=name: name)
        ran.clear()
        code = cli.run(["--database-url", office, *_line(path, flag)])
        reached.append((name, code, bool(ran)))
        may = _may(f"{path} {flag}".strip(), path, None if one is None else one)
        expected.append((name, 0 if may else 1, may))
    assert reached == expected


def _noting(ran: list[str]) -> Callable[..., Awaitable[int]]:
    """The command of a channel is created for each command line; this is what it calls."""

    async def check(*_: object, **__: object) -> int:
        ran.append("check")
        return 0

    return check


def _may(key: str, path: str, one: staff.Officer | None) -> bool:
    """By the document alone: the line of the command, and that of the option."""
    names = dict.fromkeys((line_of(path), key))
    lines = [_documented()[name] for name in names if name in _documented()]
    if not lines:
        return True
    if one is None:
        return False
    return all(
        not roles.isdisjoint(one.roles) and not (limit is Reach.OFFICE and one.unit)
        for roles, limit in lines
    )


def test_a_command_without_a_line_is_for_admins_only() -> None:
    """Forgetting closes, it does not open."""
    with pytest.raises(Exception, match=r"staff\.no_right"):
        permissions.require(Identity(name="x", officer=PEOPLE["clerk"]), "new.command")
