"""What people type to the bot itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.words import (
    CommandName,
    bare_command,
    is_said,
    language_named,
    slash_command,
    stops,
    without_talk,
    yes_or_no,
)


@pytest.mark.parametrize("text", ["có", "Vâng ạ", "ok", "OK!!!", "uh", "đồng ý", "dong y nhe", "1"])
def test_yes(text: str) -> None:
    """As people write it."""
    assert yes_or_no(text, "vi") is True


@pytest.mark.parametrize(
    "text",
    [
        "không",
        "k",
        "ko",
        "hông",
        "khong dong y",
        "dạ thôi",
        "từ chối",
        "2",
        "số 2",
        "hủy",
        "dừng",
        "dung lai",
    ],
)
def test_no(text: str) -> None:
    """A refusal wins over the yes it may contain."""
    assert yes_or_no(text, "vi") is False


@pytest.mark.parametrize("text", ["", "3", "rất hài lòng", "có lẽ để mai xem", "👍", "?"])
def test_neither(text: str) -> None:
    """What is not a clear answer is not taken as one."""
    assert yes_or_no(text, "vi") is None


def test_a_name_does_not_stop() -> None:
    """Huy is a name, hủy is not."""
    assert not stops("Huy", "vi")
    assert stops("hủy", "vi")
    assert stops("thôi", "vi")


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/start", CommandName.START, ""),
        ("/start abc", CommandName.START, "abc"),
        ("/HỦY", CommandName.WITHDRAW, ""),
        ("／xoa", CommandName.ERASE, ""),
        ("/Tracuu@bot  x y", CommandName.LOOKUP, "x y"),
        ("/nope", None, ""),
    ],
)
def test_slash_commands(text: str, name: CommandName | None, argument: str) -> None:
    """Any case, accents, fullwidth slash, the bot's name after it."""
    command = slash_command(text)
    assert command is not None
    assert (command.name, command.argument) == (name, argument)


@pytest.mark.parametrize("text", ["huy", "xin hủy", "không", "/ huy", "hồ sơ/huy", ""])
def test_what_is_no_slash_command(text: str) -> None:
    """It begins with a slash and a word, or it is not a command."""
    assert slash_command(text) is None


def test_bare_commands_are_the_whole_text() -> None:
    """A sentence that contains the word is no command."""
    assert bare_command("Trợ giúp") is CommandName.HELP
    assert bare_command("tracuu") is CommandName.LOOKUP
    assert bare_command("tôi muốn hủy") is None


def test_languages_and_pleasantries() -> None:
    """Named in either language."""
    assert language_named("Tiếng Việt") == language_named("vi") == "vi"
    assert language_named("tieng anh") == "en"
    assert language_named("français") is None
    assert is_said("chào em ạ", "greetings", "vi")
    assert is_said("Cảm ơn nhiều", "thanks", "vi")
    assert not is_said("chào mà không ai trả lời", "greetings", "vi")


def test_talk_around_a_code_is_taken_away() -> None:
    """However much of it there is."""
    assert without_talk("kiểm tra mã hồ sơ: AB-0001") == "AB-0001"
    assert without_talk("mã") == "mã"


@given(st.text())
def test_no_text_raises(text: str) -> None:
    """Every reading has an answer for every text."""
    yes_or_no(text, "vi")
    stops(text, "en")
    slash_command(text)
    bare_command(text)
    without_talk(text)
