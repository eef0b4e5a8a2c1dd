"""Write requirements.lock and requirements-dev.lock: every version pinned, every file hashed.

Run by `make lock`. The lock files hold for every Python from 3.11 on and name no address.
"""

import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
COMMON += ["--no-header", "--no-annotate", "--quiet", "pyproject.toml"]


def main() -> None:
    """Compile both lists with uv, in a separate environment."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        subprocess.run([f"{folder}/bin/pip", "install", "--quiet", "uv"], check=True)
        compile_ = [f"{folder}/bin/uv", "pip", "compile", *COMMON]
        # setuptools builds our own package, so the smaller list needs it too.
        build = Path(folder, "build.in")
        build.write_text("setuptools>=80\n")
        runtime = [*compile_, str(build), "--output-file", "requirements.lock"]
        subprocess.run(runtime, check=True, cwd=ROOT)
        both = ["--extra", "dev", "--constraint", "requirements.lock"]
        dev = [*compile_, *both, "--output-file", "requirements-dev.lock"]
        subprocess.run(dev, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
