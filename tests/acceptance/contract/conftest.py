"""Offices that the tests of the contract share: opened once, since each takes ten commands."""

import pytest

from tests.acceptance.district import drawn
from tests.acceptance.files import STYLES
from tests.acceptance.office import Office, opened

SEEDS = range(3)
"""A district for each of three ways of writing files; PostgreSQL takes a fourth."""


@pytest.fixture(scope="session", params=SEEDS)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has taken its district in, on SQLite."""
    seed: int = request.param
    folder = tmp_path_factory.mktemp(f"office{seed}")
    return opened(drawn(seed), STYLES[seed], folder, f"sqlite:///{folder}/motcua.sqlite")
