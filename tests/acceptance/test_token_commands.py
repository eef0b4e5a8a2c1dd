"""A token from issue to revocation, against the served bot."""

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.serving import running

UNITS = "code,name,level,block\nXA01,Xã Một,xa,xa\nXA02,Xã Hai,xa,xa\n"
ROW = {"code": "HS-1", "unit": "Xã Một", "received_at": "03/05/2021", "status": "Đang xử lý"}


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> Motcua:
    """An office with two communes."""
    motcua = Motcua(folder=tmp_path, url=sqlite_url, settings={"key": "0f" * 16 + "a1" * 16})
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    assert motcua("db", "upgrade").code == 0
    assert motcua("units", "import", "units.csv").code == 0
    return motcua


def test_a_system_pushes_until_its_token_is_revoked(office: Motcua) -> None:
    """The printed token works against `motcua serve`; what came is an import like any other."""
    made = office("token", "add", "igate", "--unit", "XA01")
    token = made.out.strip()
    assert "igate" in made.err
    assert token not in made.err
    env = office.environment(listen="127.0.0.1:0", metrics_listen="off")
    with running("--database-url", office.url, "serve", env=env) as served:
        status, answer = _post(served.address, token, {"dossiers": [ROW, ROW | {"unit": "XA02"}]})
        assert (status, answer["accepted"], answer["rejected"]) == (200, 1, 1)
        assert office("token", "revoke", "igate").code == 0
        assert _post(served.address, token, ROW)[0] == 401
    (one,) = [row for row in office.json("imports", "list") if row["kind"] == "dossiers"]
    assert (one["file_name"], one["new"], one["actor"]) == ("API igate", 1, "API igate")
    assert office.json("dossiers", "show", "HS-1")["unit"] == "XA01"
    (revoked,) = office.json("token", "list")
    assert (revoked["name"], revoked["unit"]) == ("igate", "XA01")
    assert revoked["revoked_at"] is not None
    assert office("audit", "verify").code == 0
    actions = [row["action"] for row in office.json("audit", "list")]
    assert {"token.add", "dossiers.push", "token.revoke"} <= set(actions)
    kept = b"".join(one.read_bytes() for one in office.folder.glob("motcua.sqlite*"))
    assert token[-43:].encode() not in kept
    assert token[5:] not in json.dumps(office.json("audit", "list"))


def test_names_and_addresses_are_checked(office: Motcua) -> None:
    """A name twice, a unit that is not there, plain http: one sentence each, nothing made."""
    assert office("token", "add", "igate").code == 0
    for args in (["igate"], ["b", "--unit", "XA99"], ["b", "--webhook", "http://a.vn/x"], [" "]):
        refused = office("token", "add", *args)
        assert (refused.code, refused.out) == (1, "")
    assert office("token", "revoke", "b").code == 1
    assert [row["name"] for row in office.json("token", "list")] == ["igate"]
    told = office("token", "add", "b", "--webhook", "http://127.0.0.1:9/x")
    assert told.code == 0
    secret = told.err.strip().rpartition(" ")[2]
    assert len(secret) == 43


def _post(address: str, token: str, body: object) -> tuple[int, Any]:
    http = HTTPConnection(address.removeprefix("http://"), timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    http.request("POST", "/api/dossiers", json.dumps(body), headers)
    answer = http.getresponse()
    return answer.status, json.load(answer)
