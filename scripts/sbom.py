"""Write build/sbom.json (CycloneDX) and docs/licences.md: what an installation consists of.

Run by `make sbom`. Both come from a fresh environment with the runtime list only. The SBOM names
addresses, so it is not kept in the repository; the list of licences names none.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SBOM = ROOT / "build" / "sbom.json"
LICENCES = ROOT / "docs" / "licences.md"
OURS = {"pip", "motcua"}
HEAD = """# Licences · Giấy phép của các thư viện

What an installation brings with it, as `make sbom` found it in a fresh environment of
`requirements.lock`; the software bill of materials itself is `build/sbom.json`. A test compares
the versions with the lock. Nothing here is AGPL; the LGPL libraries are used unchanged, through
their public interfaces.

| library | version | licence |
|---|---|---|
"""


def main() -> None:
    """Make both files."""
    SBOM.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        install = [f"{folder}/bin/pip", "install", "--quiet", "--require-hashes", "-r"]
        subprocess.run([*install, str(ROOT / "requirements.lock")], check=True)
        make = [sys.executable, "-m", "cyclonedx_py", "environment", f"{folder}/bin/python"]
        make += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
        subprocess.run([*make, "--output-file", str(SBOM)], check=True)
    parts: list[dict[str, Any]] = json.loads(SBOM.read_text("utf-8"))["components"]
    rows = [f"| {one['name']} | {one['version']} | {_licence(one)} |" for one in _sorted(parts)]
    LICENCES.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")


def _sorted(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted((one for one in parts if one["name"] not in OURS), key=lambda one: one["name"])


def _licence(part: dict[str, Any]) -> str:
    """The SPDX expression or id; else the name that the library gives."""
    given = [one for one in part.get("licenses", ()) if "expression" in one]
    if given:
        return str(given[0]["expression"])
    named = [one["license"] for one in part.get("licenses", ())]
    said = [one.get("id") or one.get("name", "").splitlines()[0] for one in named]
    short = [
        one.removeprefix("License :: ").removeprefix("OSI Approved :: ") for one in said if one
    ]
    return "; ".join(dict.fromkeys(short)) or "not declared"


if __name__ == "__main__":
    main()
