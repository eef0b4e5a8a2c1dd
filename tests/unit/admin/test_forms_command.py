"""`motcua forms`: what an officer sees, and what a script reads."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from admin.kit.cli import run
from surveys.form_file import SHIPPED
from tests.conversations.test_conversations import Replay

Typed = Callable[..., int]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs a command while somebody types the lines."""

    def play(*args: str, lines: str | bytes = "") -> int:
        raw = lines if isinstance(lines, bytes) else lines.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="ascii"))
        return run(list(args))

    return play


def result(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON on standard output, which must be nothing else."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every shipped version with what a script needs to know of it."""
    assert run(["forms", "list", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    versions = [(row["id"], row["version"]) for row in rows]
    assert versions == [
        ("counter", "1"),
        ("phieu4", "1"),
        ("phieu5", "1"),
        ("phieu5", "2"),
        ("zalo-rating", "1"),
        ("zalo-rating", "2"),
    ]
    assert rows[2]["short"] == 4
    assert rows[2]["languages"] == "vi, en"
    assert len(rows[2]["checksum"]) == 64


def test_check_lists_what_is_not_translated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A usable form exits 0; its untranslated places are the result, a changed version a note."""
    shipped = SHIPPED / "zalo-rating.yaml"
    path = tmp_path / "rating.yaml"
    path.write_text(shipped.read_text("utf-8").replace(", en: ★ Very dissatisfied", ""), "utf-8")
    assert run(["forms", "check", str(path), "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == [{"key": "questions[1].options[1].text", "language": "en"}]
    assert "zalo-rating" in printed.err
    assert "version" in printed.err


def test_check_refuses_an_unknown_criterion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The criteria are those of the rulebooks; the place and the known ones are named."""
    text = (SHIPPED / "phieu5.yaml").read_text("utf-8")
    path = tmp_path / "form.yaml"
    path.write_text(text.replace("criterion: 7", "criterion: 12"), "utf-8")
    assert run(["--lang", "en", "forms", "check", str(path)]) == 1
    printed = capsys.readouterr()
    line = 1 + text[: text.index("criterion: 7")].count("\n")
    assert f"{path}:{line}:" in printed.err
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9" in printed.err
    assert printed.out == ""


def test_try_prints_the_answers(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is typed; the result is exactly finished and answers."""
    lines = "đồng ý\n1\nko\n\nMột cửa\nkhông\nCán bộ vui vẻ\nxong\n"
    assert typed("forms", "try", "phieu5", "--format", "json", lines=lines) == 0
    assert result(capsys) == {
        "finished": True,
        "answers": {
            "satisfaction": "very",
            "contacts": "none",
            "agencies": "one_stop",
            "conduct": "no",
            "comment": "Cán bộ vui vẻ",
        },
    }


def test_the_end_of_the_input_is_stop(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the short path is complete the form is not finished; after it, it is."""
    typed("forms", "try", "phieu5", "--format", "json", lines="1\n1\n")
    assert result(capsys) == {
        "finished": False,
        "answers": {"satisfaction": "very", "contacts": "none"},
    }
    typed("forms", "try", "phieu5", "--format", "json", lines="1\n1\n1\n1")
    assert result(capsys)["finished"] is True


def test_no_answers_are_left_out_but_declining_is_given(
    typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    """A skipped question is not there; an option that is no answer is, by its id."""
    lines = "bỏ qua\n1\n1\n1\n1\nkhông nhớ\n2\n1\nkhông muốn trả lời\nbỏ qua\nbỏ qua\n"
    typed("forms", "try", "phieu5", "--format", "json", lines=lines)
    assert result(capsys)["answers"] == {
        "contacts": "none",
        "agencies": "none",
        "conduct": "no",
        "on_time": "unknown",
        "publicity": "one",
        "complaint": "none",
        "extra_cost": "decline",
    }


def test_try_speaks_like_a_chat(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    """Consent is said to be assumed; then the questions as a chat shows them."""
    typed("forms", "try", "phieu5", "--lang", "en", lines="1\n")
    shown = capsys.readouterr().out
    assert shown.startswith("Chơi thử: coi như đã đồng ý, không lưu gì.\n")
    assert "Question 2 of 4" in shown
    assert "The survey is paused." in shown


def test_bytes_that_are_no_text_are_answered(
    typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken UTF-8 on a line is only a text nobody understands."""
    assert typed("forms", "try", "phieu5", "--format", "json", lines=b"\xff\xfe\n1\n") == 0
    assert result(capsys)["answers"] == {"satisfaction": "very"}


def test_a_recording_replays(
    typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What --record writes is a conversation the tests can replay."""
    path = tmp_path / "recorded.yaml"
    lines = "1\nhai lần\n1\nquay lại\nquay lại\n1\n1\nko\nHồ sơ lâu quá\n2\n"
    assert typed("forms", "try", "phieu5", "--record", str(path), lines=lines) == 0
    recording = yaml.safe_load(path.read_text("utf-8"))
    assert len(recording["steps"]) == 1 + lines.count("\n")
    replay = Replay(recording)
    for one in recording["steps"]:
        replay.take(one)
    assert replay.result() == {"finished": True, "answers": recording["answers"]}
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "said"),
    [("phieu9", "phieu4, phieu5, zalo-rating"), ("nowhere.yaml", "nowhere.yaml")],
)
def test_try_refuses_what_is_not_there(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown form or file is one sentence and exit code 1."""
    assert run(["forms", "try", name]) == 1
    assert said in capsys.readouterr().err


def test_try_plays_a_file(typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A form of one's own is played by its path."""
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\nversion: 1\ntitle: {vi: Phiếu riêng}\nsource: Mẫu của huyện\n"
        "valid_from: 2021-01-01\nlanguages: [vi]\nquestions:\n"
        '  - {id: idea, kind: text, text: {vi: "Ông/Bà góp ý gì ạ?"}}\n',
        "utf-8",
    )
    typed("forms", "try", str(path), "--format", "json", lines="Thêm ghế ngồi\n")
    assert result(capsys) == {"finished": True, "answers": {"idea": "Thêm ghế ngồi"}}
