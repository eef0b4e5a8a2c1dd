"""A command loads only what it uses: libraries cost more at start than most commands do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("alembic", "mako", "sqlalchemy.orm", "sqlalchemy.ext.asyncio"),
    *("asyncpg", "sqlalchemy.dialects.postgresql"),
    *("aiohttp", "prometheus_client", "telegram"),
    *("cryptography", "phonenumbers"),
    *("matplotlib", "numpy", "pandas", "python_calamine", "xlsxwriter"),
}
"""Libraries for some commands only."""
LIGHT = ("units list", "staff list", "audit list", "delivery status")
"""Commands that read neither a rulebook nor a form."""
MODELS = {"pydantic", "scoring.law", "surveys.form_model", "surveys.store.importing.dossier_writes"}
"""What reads rulebooks and forms, and what writes imports."""
READING = (*LIGHT, "rate 2021-Q2", "verify list 2021-Q2", "tally 2021-Q2", "explain X1 2021-Q2")
RUN = """
import json, sys
from admin.kit.cli import run
code = run(sys.argv[2:])
with open(sys.argv[1], "w") as stream:
    json.dump({"code": code, "modules": sorted(sys.modules)}, stream)
"""


def _loaded(folder: Path, *args: str) -> frozenset[str]:
    """What was imported by one command in a process of its own."""
    found = folder / "modules.json"
    command = [sys.executable, "-c", RUN, str(found), *args]
    subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
    told = json.loads(found.read_text())
    assert told["code"] in {0, 1}
    return frozenset(told["modules"])


@pytest.mark.parametrize("line", READING)
async def test_a_reading_command_loads_no_heavy_library(
    line: str, sqlite_url: str, tmp_path: Path
) -> None:
    """Neither what changes a schema, nor what serves, nor what writes workbooks; and for a list the
    settings are read without pydantic.
    """
    loaded = _loaded(tmp_path, "--database-url", sqlite_url, *line.split())
    assert "sqlalchemy" in loaded
    assert loaded & (HEAVY | MODELS if line in LIGHT else HEAVY) == set()


async def test_a_rating_loads_no_form(sqlite_url: str, tmp_path: Path) -> None:
    """It counts answers, and words no question."""
    loaded = _loaded(tmp_path, "--database-url", sqlite_url, "rate", "2021-Q2")
    assert {"pydantic", "scoring.law"} <= loaded
    assert {name for name in loaded if name.startswith(("surveys.form", "surveys.int"))} == set()


async def test_the_list_of_commands_loads_no_command(tmp_path: Path) -> None:
    """`motcua --help` is a matter of texts."""
    loaded = _loaded(tmp_path, "--help")
    assert {name for name in loaded if name.startswith("admin.commands.")} == set()
