"""What we want of Telegram follows from the settings and the texts."""

import pytest

from bot.channels.telegram.setup import Wanted, wanted_from
from bot.conversation.words import Command, CommandName, slash_command
from bot.settings import Settings, load_settings
from bot.texts import load_texts
from surveys.errors import Refusal
from surveys.texts import LANGUAGES

TEXTS = load_texts()


def settings(**given: str) -> Settings:
    """Settings of a webhook, with some of them changed."""
    usual = {"public_url": "https://motcua.example/", "telegram_mode": "webhook"}
    return load_settings(**(usual | {"telegram_webhook_secret": "s3cret_s3cret"} | given))


def wanted(**given: str) -> Wanted:
    """What these settings ask for."""
    return wanted_from(settings(**given), TEXTS)


@pytest.mark.parametrize("language", ["", *LANGUAGES])
def test_offered_commands_are_understood(language: str) -> None:
    """Every command in Telegram's list does what its text says, in every language."""
    names = [name for name, _ in wanted().commands[language]]
    understood = [slash_command(f"/{name}") for name in names]
    order = ("start", "lookup", "help", "language", "held", "withdraw", "erase")
    assert understood == [Command(name=CommandName(name)) for name in order]


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_are_what_telegram_takes(language: str) -> None:
    """Names of plain small letters, descriptions of 1 to 256 characters."""
    for name, text in wanted().commands[language]:
        assert name.isascii()
        assert name.islower()
        assert len(name) <= 32
        assert 1 <= len(text) <= 256


def test_other_languages_get_vietnamese() -> None:
    """Who uses neither language sees the Vietnamese list, however the command line speaks."""
    assert wanted(lang="en").commands[""] == wanted().commands["vi"] != wanted().commands["en"]


def test_webhook_address() -> None:
    """The webhook is a path of the public address; the menu opens the address itself."""
    found = wanted()
    assert found.webhook == "https://motcua.example/telegram/webhook"
    assert (found.secret, found.page) == ("s3cret_s3cret", "https://motcua.example/")


def test_polling_wants_no_webhook() -> None:
    """With polling neither webhook nor secret is wanted, whatever else is set."""
    found = wanted(telegram_mode="polling", public_url="")
    assert (found.webhook, found.secret, found.page) == ("", "", "")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"public_url": ""}, "telegram.no_public_url"),
        ({"public_url": "http://motcua.example"}, "telegram.public_url"),
        ({"public_url": "https://motcua.example:8080"}, "telegram.public_url"),
        ({"telegram_webhook_secret": ""}, "telegram.bad_secret"),
        ({"telegram_webhook_secret": "a" * 257}, "telegram.bad_secret"),
        ({"telegram_webhook_secret": "ệ"}, "telegram.bad_secret"),
        ({"telegram_webhook_secret": "x"}, "telegram.bad_secret"),
        ({"telegram_webhook_secret": "s3cret"}, "telegram.bad_secret"),
        ({"telegram_webhook_secret": "abababababab"}, "telegram.bad_secret"),
        ({"telegram_webhook_secret": "Password"}, "telegram.bad_secret"),
    ],
)
def test_webhook_that_cannot_be_had(given: dict[str, str], code: str) -> None:
    """A webhook that Telegram would refuse is refused here, with the place."""
    with pytest.raises(Refusal) as refused:
        wanted(**given)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "url", ["https://motcua.example:8443", "https://motcua.example", "http://127.0.0.1:9000"]
)
def test_webhook_that_can_be_had(url: str) -> None:
    """Https on Telegram's ports, and plain http on this very machine, for tests."""
    assert wanted(public_url=url).webhook == f"{url}/telegram/webhook"
