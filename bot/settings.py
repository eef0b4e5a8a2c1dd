"""All settings: from `MOTCUA_*` variables, then a TOML file, then these defaults.

Secrets come from the environment or from a file that only its owner can read.
"""

import os
import re
import secrets
from collections.abc import Iterable
from datetime import time, timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url

from surveys.errors import Refusal
from surveys.period import Preset
from surveys.privacy import KEY_BYTES, Keyring
from surveys.store.base.database import MAX_PORT

PREFIX = "MOTCUA_"
METRICS_SAME, METRICS_OFF = "same", "off"
CONFIG_VARIABLE = "MOTCUA_CONFIG"
DEBUG_VARIABLE = "MOTCUA_DEBUG"
STAFF_KEY_VARIABLE = "MOTCUA_STAFF_KEY"
"""An officer's own key: it belongs to a person, not to the deployment, so it is not a setting."""
Percent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=1, le=36_500)]
"""At most a century: more would exceed the range of dates in the middle of a conversation."""
REFUSALS = {
    "extra_forbidden": "settings.unknown",
    "literal_error": "settings.choice",
    "enum": "settings.choice",
    "zone": "settings.timezone",
    "address": "settings.listen",
    "base": "settings.not_https",
    **dict.fromkeys(("int_parsing", "float_parsing", "int_from_float"), "settings.number"),
    **dict.fromkeys(("greater_than", "greater_than_equal"), "settings.number"),
    **dict.fromkeys(("less_than", "less_than_equal"), "settings.number"),
    **dict.fromkeys(("time_parsing", "time_type"), "settings.time"),
}
"""pydantic's type of an error → the code of our refusal."""


class Settings(BaseSettings):
    """One deployment. Every field is also `MOTCUA_<NAME>` and a key of the TOML file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    database_url: str = "sqlite:///motcua.sqlite"
    """`sqlite:///file` or `postgresql://user:password@host/name`."""
    lang: Literal["vi", "en"] = "vi"
    """Language of the command line, and of citizens whose app does not report one."""
    timezone: str = "Asia/Ho_Chi_Minh"
    """The time zone that decides where a day begins, for periods and due dates."""
    periods: Preset = Preset.ADMINISTRATIVE
    """How `2021-Q2` is turned into days: `administrative` (15/3–14/6) or `calendar`."""
    authority: str = "Bộ phận Một cửa"
    """Who asks: the name in the consent screen."""
    rulebook: str = ""
    """Id of a rulebook, or a .yaml file, to rate by. Empty: the national one of the period."""
    rulebook_decision: str = ""
    """Number and date of the authority's decision to keep using a rulebook whose legal basis
    has ended."""
    form: str = "phieu5"
    """The form for returned dossiers."""

    listen: str = "127.0.0.1:8080"
    metrics_listen: str = "127.0.0.1:9464"
    """Where `/metrics` is served: host:port of a listener of its own, `same` for the address of
    `listen`, or `off`. Every client that can reach it can read how much is asked and answered.
    """
    health_wait_seconds: int = Field(default=120, ge=5)
    """How long a message or a reply may wait, with nothing going on, until `/healthz` says 503."""
    disk_reserve_mb: int = Field(default=100, ge=0)
    """Free megabytes below which `/healthz` calls the disk of the database full."""
    public_url: str = ""
    """The https address citizens reach us by; needed for links and webhooks."""
    key: SecretStr | None = None
    """64 hexadecimal digits; seals phone numbers and chat ids. Else `key_file` is used."""
    key_file: Path | None = None
    """Created on first use, readable by its owner only. Default: next to the database file."""

    quiet_from: time = time(21, 0)
    quiet_to: time = time(7, 0)
    """The bot starts no conversation in these hours."""
    interview_days: Days = 30
    """How long a half-answered form can be continued."""
    change_days: Days = 7
    """How long answers can be changed after the form was finished."""
    link_days: Days = 90
    """How long a link to a dossier works."""
    look_ups_per_hour: int = Field(default=20, ge=1)
    """Dossier codes one chat may look up per hour without proof: codes can be guessed (a counter
    a day)."""
    look_ups_per_hour_address: int = Field(default=200, ge=1)
    """Look-ups per hour of one network address on the page, over all its chats."""
    look_ups_per_hour_bot: int = Field(default=3_000, ge=1)
    """Look-ups per hour of all chats of one bot; reaching it is logged as an error."""
    look_ups_per_hour_total: int = Field(default=5_000, ge=1)
    """Look-ups per hour of all chats together; reaching it is logged as an error."""
    page_posts_per_minute: int = Field(default=120, ge=1)
    """Posts per minute of one network address on the page."""
    proxy_header: str = ""
    """The header in which a proxy in front of us names the visitor, e.g. `X-Forwarded-For`; leave
    it empty without a proxy, since anybody can send a header."""
    complaint_days: Days = 10
    """Days to verify a complaint."""
    unlink_days: Days = 90
    """Days after the end of a quarter until its answers are unlinked from the citizens."""
    queue_days: Days = 30
    """Days for which the content of handled messages is kept."""
    applicant_days: Days = 365
    """Days after a dossier was returned (else finished, else received) until the name and phone of
    its applicant are deleted here; the one-stop software keeps its own."""
    quota_percent: Percent = 10
    """Share of dossiers to be asked (a local rule, e.g. QĐ 3770/2014 Bình Thuận)."""

    telegram_token: SecretStr | None = None
    telegram_api_base: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr | None = None
    telegram_proxy: SecretStr | None = None
    """`http://user:password@host:port` of a proxy, where Telegram cannot be reached directly."""
    telegram_per_second: float = Field(default=25.0, gt=0, le=1000)
    """Messages a second over all chats; Telegram's own limit is 30."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read, on purpose
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use arguments, then the environment, then the file named by MOTCUA_CONFIG."""
        file = os.environ.get(CONFIG_VARIABLE)
        toml = (TomlConfigSettingsSource(settings_cls, Path(file)),) if file else ()
        return (init_settings, env_settings, *toml)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise PydanticCustomError("zone", "unknown time zone") from None
        return name

    @field_validator("telegram_api_base")
    @classmethod
    def _https_or_loopback(cls, url: str) -> str:
        if not is_safe_base(url):
            raise PydanticCustomError("base", "neither https nor on this machine")
        return url.rstrip("/")

    @field_validator("listen", "metrics_listen")
    @classmethod
    def _host_and_port(cls, listen: str, info: ValidationInfo) -> str:
        if info.field_name == "metrics_listen" and listen in {METRICS_SAME, METRICS_OFF}:
            return listen
        port = listen.rpartition(":")[2]
        if not (port.isascii() and port.isdigit() and int(port) <= MAX_PORT):
            raise PydanticCustomError("address", "no host:port")
        return listen

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def interview_lasts(self) -> timedelta:
        """How long a half-answered form can be continued."""
        return timedelta(days=self.interview_days)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        return _host_port(self.listen)

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Host and port of a listener of its own for `/metrics`; None: there is none."""
        is_word = self.metrics_listen in {METRICS_SAME, METRICS_OFF}
        return None if is_word else _host_port(self.metrics_listen)


def _host_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def load_settings(**overrides: object) -> Settings:
    """Read all settings; `overrides` (from the command line) win.

    Raises Refusal `settings.no_file`, or for the first wrong setting `settings.unknown`,
    `.unknown_variable`, `.choice`, `.timezone`, `.listen`, `.not_https`, `.number`, `.time` or
    else `.invalid`.
    """
    file = os.environ.get(CONFIG_VARIABLE)
    if file and not Path(file).is_file():
        raise Refusal("settings.no_file", file=file)
    _require_known(os.environ)
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise _refused(error.errors()[0], file) from None


def _require_known(variables: Iterable[str]) -> None:
    """Refuse unknown variables: a misspelt one would silently leave a setting at its default."""
    known = {f"{PREFIX}{field}".upper() for field in Settings.model_fields}
    known |= {CONFIG_VARIABLE, DEBUG_VARIABLE, STAFF_KEY_VARIABLE}
    for name in sorted(variables):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = ", ".join(get_close_matches(name.upper(), sorted(known), n=2, cutoff=0.0))
            raise Refusal("settings.unknown_variable", name=name, near=near)


def _refused(wrong: ErrorDetails, file: str | None) -> Refusal:
    key = ".".join(str(part) for part in wrong["loc"])
    code = REFUSALS.get(wrong["type"], "settings.invalid")
    if code == "settings.unknown":
        near = get_close_matches(key, Settings.model_fields, n=2, cutoff=0.0)
        return Refusal(code, file=file, key=key, near=", ".join(near))
    known = ", ".join(re.findall("'([^']*)'", str(wrong.get("ctx", {}).get("expected", ""))))
    return Refusal(code, name=f"{PREFIX}{key}".upper(), value=wrong["input"], known=known)


def keyring(settings: Settings) -> Keyring:
    """The deployment's keys; creates the key file if it does not exist.

    Raises Refusal `settings.key` (not 64 hexadecimal digits) or `settings.key_readable`.
    """
    there = existing_keyring(settings)
    if there is None:
        _write_key(_key_file(settings))
    return there or _keyring_in(_key_file(settings))


def existing_keyring(settings: Settings) -> Keyring | None:
    """The deployment's keys; None if the key file is missing.

    Raises Refusal `settings.key` or `settings.key_readable`.
    """
    if settings.key is not None:
        return _keyring_from(settings.key.get_secret_value(), "MOTCUA_KEY")
    file = _key_file(settings)
    return _keyring_in(file) if file.exists() else None


def key_place(settings: Settings) -> str:
    """Where the key is looked for, for messages."""
    return "MOTCUA_KEY" if settings.key is not None else str(_key_file(settings))


def _key_file(settings: Settings) -> Path:
    return settings.key_file or _default_key_file(settings.database_url)


def _keyring_in(file: Path) -> Keyring:
    if file.stat().st_mode & 0o077:
        raise Refusal("settings.key_readable", file=str(file))
    return _keyring_from(file.read_text("ascii", errors="replace").strip(), str(file))


def is_safe_base(url: str) -> bool:
    """Whether `url` is https, or plain http to this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _keyring_from(digits: str, place: str) -> Keyring:
    try:
        secret = bytes.fromhex(digits)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES or len(set(secret)) == 1:
        raise Refusal("settings.key", place=place)
    return Keyring(secret)


def _default_key_file(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(f"{url.database}.key")
    return Path("motcua.key")


def _write_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(f"{secrets.token_hex(KEY_BYTES)}\n")
