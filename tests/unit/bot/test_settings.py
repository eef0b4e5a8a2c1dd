"""Settings are read by what each field holds; a secret is never shown."""

from datetime import time
from pathlib import Path

import pytest

from bot.settings import load_settings
from surveys.errors import Refusal


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The TOML file that is read; empty."""
    path = tmp_path / "motcua.toml"
    path.touch()
    monkeypatch.setenv("MOTCUA_CONFIG", str(path))
    return path


def _refused(**given: object) -> Refusal:
    with pytest.raises(Refusal) as refused:
        load_settings(**given)
    return refused.value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("quiet_from", "21:30", time(21, 30)),
        ("quiet_from", "21:30:15", time(21, 30, 15)),
        ("quota_percent", " 7 ", 7),
        ("look_ups_per_hour_bot", "+1_000", 1000),
        ("telegram_per_second", "0.5", 0.5),
        ("key_file", "null", Path("null")),
        ("metrics_listen", "off", "off"),
        ("telegram_api_base", "http://localhost:1/", "http://localhost:1"),
    ],
)
def test_a_variable_is_read_as_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object
) -> None:
    """The name of a variable may have either case."""
    monkeypatch.setenv(f"motcua_{name}", text)
    assert getattr(load_settings(), name) == value


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("quota_percent", "101", "number"),
        ("quota_percent", "7.5", "number"),
        ("quota_percent", True, "number"),
        ("telegram_per_second", "nan", "number"),
        ("telegram_per_second", 0, "number"),
        ("quiet_to", "25:00", "time"),
        ("quiet_to", "07:00Z", "time"),
        ("quiet_to", 7, "time"),
        ("lang", "VI", "choice"),
        ("periods", "weekly", "choice"),
        ("timezone", "Asia/Hanoi", "timezone"),
        ("listen", "off", "listen"),
        ("telegram_api_base", "http://example.org", "not_https"),
        ("zalo_oa_phone_image", "not an address", "not_https"),
        ("authority", 5, "invalid"),
    ],
)
def test_a_wrong_value_is_refused_by_what_the_setting_holds(
    name: str, value: object, code: str
) -> None:
    """The refusal names the variable and repeats the value."""
    refusal = _refused(**{name: value})
    assert refusal.code == f"settings.{code}"
    assert refusal.params["name"] == f"MOTCUA_{name.upper()}"
    assert refusal.params["value"] == value


def test_a_choice_names_what_there_is() -> None:
    """Also where the choices are an enumeration."""
    assert _refused(lang="fr").params["known"] == "vi, en"
    assert _refused(periods="weekly").params["known"] == "administrative, calendar"


def test_arguments_win_over_variables_and_these_over_the_file(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    """Each source may leave settings to the next."""
    file.write_text("form = 'a'\nlang = 'en'\nchange_days = 3\nquiet_from = 20:00:00\n")
    monkeypatch.setenv("MOTCUA_FORM", "b")
    monkeypatch.setenv("MOTCUA_CHANGE_DAYS", "4")
    read = load_settings(form="c", lang=None)
    assert (read.form, read.change_days, read.lang) == ("c", 4, "en")
    assert read.quiet_from == time(20)


def test_an_unknown_key_of_the_file_is_refused(file: Path) -> None:
    """With the settings whose names are near."""
    file.write_text("lnag = 'vi'\n")
    refusal = _refused()
    assert refusal.code == "settings.unknown"
    assert refusal.params["key"] == "lnag"
    assert str(refusal.params["near"]).startswith("lang")


def test_a_secret_is_never_shown(file: Path) -> None:
    """Neither in the settings, nor when the file gives it as a number."""
    read = load_settings(telegram_token="4711:abc")
    assert "4711" not in f"{read} {read!r} {read.telegram_token} {read.telegram_token!r}"
    assert read.telegram_token is not None
    assert read.telegram_token.get_secret_value() == "4711:abc"
    file.write_text("telegram_token = 4711\n")
    refusal = _refused()
    assert refusal.code == "settings.invalid"
    assert "4711" not in str(refusal.params)
