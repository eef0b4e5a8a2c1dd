"""What people deploy with is accepted by its own checker: proxies, image, unit, licences."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(?: *; *(.+?))? \\$", re.MULTILINE)

LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def _needs(program: str) -> pytest.MarkDecorator:
    found = shutil.which(program, path=f"{Path(sys.executable).parent}:/usr/bin:/usr/sbin")
    return pytest.mark.skipif(found is None, reason=f"{program} is not installed")


def _run(*command: str) -> None:
    found = shutil.which(command[0], path=f"{Path(sys.executable).parent}:/usr/bin:/usr/sbin")
    assert found
    done = subprocess.run([found, *command[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@_needs("hadolint")
def test_the_image_follows_the_rules_of_dockerfiles() -> None:
    """Hadolint finds nothing."""
    _run("hadolint", str(ROOT / "Dockerfile"))


@_needs("haproxy")
def test_haproxy_reads_its_example() -> None:
    """Its own check of a configuration."""
    _run("haproxy", "-c", "-f", str(ROOT / "docs/proxy/haproxy.cfg"))


@_needs("nginx")
def test_nginx_reads_its_example(tmp_path: Path) -> None:
    """Its own check, without the certificate that only the office has."""
    given = (ROOT / "docs/proxy/nginx.conf").read_text("utf-8")
    plain = re.sub(r" +ssl_certificate.*\n", "", given).replace("listen 443 ssl", "listen 8443")
    (tmp_path / "site.conf").write_text(plain, "utf-8")
    whole = f"events {{}}\nhttp {{ include {tmp_path}/site.conf; }}\npid {tmp_path}/pid;\n"
    (tmp_path / "nginx.conf").write_text(whole, "utf-8")
    _run("nginx", "-t", "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log"))


@_needs("systemd-analyze")
def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    """The unit of docs/running.md, with a program that is there."""
    text = (ROOT / "docs/running.md").read_text("utf-8")
    unit = text.partition("```ini\n")[2].partition("```")[0]
    assert "WatchdogSec=" in unit
    file = tmp_path / "motcua.service"
    file.write_text(unit.replace("/opt/motcua/.venv/bin/motcua serve", "/bin/true"), "utf-8")
    _run("systemd-analyze", "verify", str(file))


def test_compose_gives_the_service_nothing_it_does_not_need() -> None:
    """Read-only, no capability, no new privileges, bounded memory, and a port on loopback only."""
    told = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["motcua"]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= told.keys()
    assert all(port.startswith("127.0.0.1:") for port in told["ports"])


def test_licences_are_those_of_the_lock() -> None:
    """`make sbom` was run after the last change of a version; nothing is AGPL."""
    told = (ROOT / "docs/licences.md").read_text("utf-8")
    listed = re.findall(r"^\| ([\w.-]+) \| ([\w.+]+) \|", told, re.MULTILINE)
    locked = {(_name(name), version) for name, version, _ in LOCKED.findall(LOCK)}
    ours = {(_name(name), version) for name, version in listed[1:]}
    assert ours <= locked
    missing = {name for name, _ in locked} - {name for name, _ in ours}
    assert missing <= {"colorama"}, "needed by some other system only"
    assert "AGPL" not in told.partition("|---")[2]


def _name(written: str) -> str:
    return re.sub(r"[-_.]+", "-", written).lower()
