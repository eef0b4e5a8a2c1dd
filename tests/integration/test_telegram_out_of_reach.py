"""`motcua telegram check` where Telegram cannot be reached."""

import json

import pytest

from admin.kit import cli


def test_without_a_network_a_sentence_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No technical name, and no proposal of --fix; programs get the reason."""
    monkeypatch.setenv("MOTCUA_TELEGRAM_TOKEN", f"123456:{'A' * 35}")
    monkeypatch.setenv("MOTCUA_TELEGRAM_API_BASE", "http://127.0.0.1:1")
    assert cli.run(["--lang", "vi", "telegram", "check"]) == 1
    printed = capsys.readouterr()
    assert "Error" not in printed.out
    assert "kiểm tra mạng" in " ".join(printed.out.split())
    assert "--fix" not in printed.err
    assert "không tự sửa được" in printed.err
    assert cli.run(["telegram", "check", "--format", "json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["part"], row["state"]) == ("connection", "wrong")
    assert "ClientConnectorError" in row["found"]
