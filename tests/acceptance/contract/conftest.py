"""Offices that the tests of the contract share: opened once, since each takes ten commands."""

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.support.district import drawn
from tests.acceptance.support.files import STYLES
from tests.acceptance.support.office import Office, opened

SEEDS = range(3)
"""A district for each of three ways of writing files; PostgreSQL takes a fourth."""


@pytest.fixture(scope="session", params=SEEDS)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has taken its district in, on SQLite."""
    return _office(request.param, tmp_path_factory)


@pytest.fixture(scope="session")
def one_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The first of them, for what does not depend on the district."""
    return _office(SEEDS[0], tmp_path_factory)


def _office(seed: int, folders: pytest.TempPathFactory) -> Office:
    """One office a session, whichever of its workers comes first."""
    folder = folders.getbasetemp()
    folder = (folder.parent if folder.name.startswith("popen-") else folder) / f"contract-{seed}"
    folder.mkdir(exist_ok=True)
    with _alone(folder) as kept:
        if not kept.exists():
            url = f"sqlite:///{folder}/motcua.sqlite"
            kept.write_bytes(pickle.dumps(opened(drawn(seed), STYLES[seed], folder, url)))
        office = pickle.loads(kept.read_bytes())  # noqa: S301 - written just above
    assert isinstance(office, Office)
    return office


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / "office.pickle"
