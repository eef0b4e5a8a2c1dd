"""A channel is a plug-in: outside its folder no module names it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.channels import registry
from tests.guards.test_house import ROOT

ROOMS = ("admin", "bot", "surveys")
WORDS = re.compile("telegram|zalo", re.IGNORECASE)
"""Names that mean nothing but a channel: not even a comment needs them elsewhere."""
ALLOWED = {
    ROOT / "bot/settings.py",
    ROOT / "bot/channel_settings.py",
    ROOT / "surveys/store/base/schema/asking.py",
}
"""The settings, and a comment of the database that only a migration could change."""
CHANNELS = ROOT / "bot/channels"
DEMO = ROOT / "admin/demo"
"""Shows the page, so it may import the page's channel; it does not say its name."""


def _modules() -> Iterator[Path]:
    """Every module of the rooms outside the channels' own folders."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            own = file.is_relative_to(CHANNELS) and file.parent != CHANNELS
            if not own and file not in ALLOWED:
                yield file


def _named(file: Path) -> list[str]:
    """What a module says about a particular channel: a word, or a channel's name as a string."""
    text = file.read_text("utf-8")
    names = set(registry.channel_modules())
    strings = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return [*WORDS.findall(text), *(value for value in strings if value in names)]


def _imported(file: Path) -> list[str]:
    """The channels whose modules are imported."""
    found = re.findall(r"bot\.channels\.(\w+)|from bot\.channels import (\w+)", file.read_text())
    return [name for pair in found for name in pair if name in registry.channel_modules()]


def test_no_module_names_a_channel() -> None:
    """Settings and texts may; everything else goes by traits and by the registry."""
    named = {str(file.relative_to(ROOT)): _named(file) for file in _modules()}
    assert {name: words for name, words in named.items() if words} == {}


def test_no_module_imports_a_channel() -> None:
    """But for the demo, which shows the page."""
    files = [file for file in _modules() if not file.is_relative_to(DEMO)]
    imported = {str(file.relative_to(ROOT)): _imported(file) for file in files}
    assert {name: channels for name, channels in imported.items() if channels} == {}


def test_no_channel_names_another() -> None:
    """A channel's folder knows itself only."""
    others = {
        str(file.relative_to(ROOT)): found
        for name in registry.channel_modules()
        for file in (CHANNELS / name).rglob("*.*")
        if file.suffix in {".py", ".html", ".js", ".css"}
        and (found := [w for w in WORDS.findall(file.read_text("utf-8")) if w.lower() not in name])
    }
    assert others == {}


def test_the_traits_load_no_library() -> None:
    """Every command line may look at them."""
    looking = "import sys; from bot.channels import registry; registry.all_traits()"
    heavy = {"telegram", "aiohttp", "pydantic", "sqlalchemy"}
    code = f"{looking}; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout == "[]\n", ran.stderr


def test_the_guard_sees_a_name(tmp_path: Path) -> None:
    """In a comment, in a string, in an import."""
    file = tmp_path / "module.py"
    file.write_text('from bot.channels.web.chat import raw_event  # as on Telegram\nname = "web"\n')
    assert _named(file) == ["Telegram", "web"]
    assert _imported(file) == ["web"]
    assert len(list(_modules())) > 100
