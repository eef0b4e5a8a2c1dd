"""All settings: from `MOTCUA_*` variables, then a TOML file, then these defaults.

Secrets come from the environment or from a file that only its owner can read.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import time, timedelta
from difflib import get_close_matches
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, get_args, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, convert

from bot.asking_settings import AskingSettings
from bot.channel_settings import ChannelSettings
from bot.push_settings import PushSettings, networks
from bot.report_settings import ReportSettings
from bot.setting_types import MASK, Count, Days, Secret
from surveys.errors import Refusal
from surveys.period import Preset
from surveys.store.base.database import MAX_PORT

PREFIX = "MOTCUA_"
METRICS_SAME, METRICS_OFF = "same", "off"
LISTEN = "127.0.0.1:8080"
"""Where the pages are served unless it is said otherwise."""
UNSPECIFIED = ("0.0.0.0", "::")  # noqa: S104 - not listened on here: recognised in a link
CONFIG_VARIABLE = "MOTCUA_CONFIG"
DEBUG_VARIABLE = "MOTCUA_DEBUG"
STAFF_KEY_VARIABLE = "MOTCUA_STAFF_KEY"
"""An officer's own key: it belongs to a person, not to the deployment, so it is not a setting."""


@dataclass(frozen=True, kw_only=True)
class Settings(ChannelSettings, ReportSettings, PushSettings, AskingSettings):
    """One deployment. Every field is also `MOTCUA_<NAME>` and a key of the TOML file.

    `load_settings` checks the values.
    """

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
    channel_decision: str = ""
    """Number and date of the authority's decision that allows surveys over social networks
    (Telegram, Zalo), which NĐ 118/2025/NĐ-CP Điều 31 no longer names. Told to citizens; `serve`
    warns while it is empty."""
    form: str = "phieu5"
    """The form for returned dossiers."""

    listen: str = LISTEN
    metrics_listen: str = "127.0.0.1:9464"
    """Where `/metrics` is served: host:port of a listener of its own, `same` for the address of
    `listen`, or `off`. Every client that can reach it can read how much is asked and answered.
    """
    health_wait_seconds: Annotated[int, Meta(ge=5)] = 120
    """How long a message or a reply may wait, with nothing going on, until `/healthz` says 503."""
    disk_reserve_mb: Annotated[int, Meta(ge=0)] = 100
    """Free megabytes below which `/healthz` calls the disk of the database full."""
    public_url: str = ""
    """The https address citizens reach us by; needed for links and webhooks."""
    key: Secret | None = None
    """64 hexadecimal digits; seals phone numbers and chat ids. Else `key_file` is used."""
    key_file: Path | None = None
    """Created on first use, readable by its owner only. Default: next to the database file."""

    interview_days: Days = 30
    """How long a half-answered form can be continued."""
    change_days: Days = 7
    """How long answers can be changed after the form was finished."""
    link_days: Days = 90
    """How long a link to a dossier works."""
    look_up_proof: bool = True
    """Whether a typed code alone is answered by asking for a second proof, in the same words
    whether there is such a dossier or not; `no`: it shows the stage and the promised day
    (TT 01/2018/TT-VPCP Điều 16)."""
    look_ups_per_hour: Count = 20
    """Dossier codes one chat may look up per hour without proof: codes can be guessed (a counter
    a day)."""
    look_ups_per_hour_address: Count = 200
    """Look-ups per hour of one network address on the page, over all its chats."""
    look_ups_per_hour_bot: Count = 3_000
    """Look-ups per hour of all chats of one bot; reaching it is logged as an error."""
    look_ups_per_hour_total: Count = 5_000
    """Look-ups per hour of all chats together; reaching it is logged as an error."""
    page_posts_per_minute: Count = 120
    """Posts per minute of one network address on the page."""
    strangers_mb: Count = 200
    """Megabytes of conversations with people who follow no dossier (some 50,000 short messages).
    Beyond it the oldest are deleted before `queue_days`; a bot that gets as much within ten minutes
    answers only citizens with a dossier, which is logged as an error."""
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
    """Days after a dossier was returned (else finished, received, due, imported) until the name and
    phone of its applicant are deleted here; the one-stop software keeps its own."""

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
    def has_address(self) -> bool:
        """Whether it was said at which address the pages are found, or where to listen."""
        return bool(self.public_url) or self.listen != LISTEN

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Host and port of a listener of its own for `/metrics`; None: there is none."""
        is_word = self.metrics_listen in {METRICS_SAME, METRICS_OFF}
        return None if is_word else _host_port(self.metrics_listen)


def _host_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def load_settings(**overrides: object) -> Settings:
    """Read all settings: `overrides` (from the command line; None: not given), then the
    environment, then the file named by MOTCUA_CONFIG.

    Raises Refusal `settings.no_file`, or for the first wrong setting `settings.unknown`,
    `.unknown_variable`, `.choice`, `.timezone`, `.listen`, `.not_https`, `.number`, `.time` or
    else `.invalid`; tomllib.TOMLDecodeError or UnicodeDecodeError for what is no TOML file.
    """
    file = os.environ.get(CONFIG_VARIABLE)
    if file and not Path(file).is_file():
        raise Refusal("settings.no_file", file=file)
    _require_known(os.environ)
    given = _from_file(Path(file)) if file else {}
    given |= _from_variables(os.environ)
    given |= {name: value for name, value in overrides.items() if value is not None}
    kinds = get_type_hints(Settings, include_extras=True)
    read = {
        name: _read(name, kinds[name], given[name]) for name in setting_names() if name in given
    }
    for key in given:
        if key not in read:
            near = get_close_matches(key, kinds, n=2, cutoff=0.0)
            raise Refusal("settings.unknown", file=file, key=key, near=", ".join(near))
    return Settings(**read)


def setting_names() -> Mapping[str, None]:
    """The name of every setting, in the order of their declaration."""
    return dict.fromkeys(field.name for field in fields(Settings))


def _variable(name: str) -> str:
    return f"{PREFIX}{name}".upper()


def _from_file(file: Path) -> dict[str, object]:
    """The keys of the file; those of settings in lower case."""
    keys = tomllib.loads(file.read_text("utf-8"))
    return {(k.lower() if k.lower() in setting_names() else k): v for k, v in keys.items()}


def _from_variables(variables: Mapping[str, str]) -> Mapping[str, str]:
    by_name = {name.upper(): value for name, value in variables.items()}
    return {
        name: by_name[_variable(name)] for name in setting_names() if _variable(name) in by_name
    }


def _require_known(variables: Iterable[str]) -> None:
    """Refuse unknown variables: a misspelt one would silently leave a setting at its default."""
    known = {_variable(name) for name in setting_names()}
    known |= {CONFIG_VARIABLE, DEBUG_VARIABLE, STAFF_KEY_VARIABLE}
    for name in sorted(variables):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = ", ".join(get_close_matches(name.upper(), sorted(known), n=2, cutoff=0.0))
            raise Refusal("settings.unknown_variable", name=name, near=near)


def _read(name: str, kind: Any, value: object) -> Any:  # noqa: ANN401 - a type, and its value
    kind = next((one for one in (Secret, Path) if one in get_args(kind)), kind)
    try:
        read = _converted(kind, value)
    except ValueError:
        _refuse(name, kind, value)
    check = CHECKS.get(name)
    return check(name, read) if check else read


def _converted(kind: Any, value: object) -> Any:  # noqa: ANN401 - a type, and its value
    """Raises ValueError (msgspec's ValidationError is one) for a value that does not fit."""
    if kind in {Secret, Path}:
        return kind(convert(value, str))
    return convert(_spelt_out(value, kind) if isinstance(value, str) else value, kind, strict=False)


def _spelt_out(text: str, kind: Any) -> object:  # noqa: ANN401 - a type
    """What msgspec is stricter about than people are: hours without seconds, ` +1_000`."""
    origin = getattr(kind, "__origin__", kind)
    if origin is time:
        return f"{text}:00" if re.fullmatch(r"\d\d:\d\d", text) else text
    if origin is int and re.fullmatch(r"\s*[+-]?[\d_]+\s*", text):
        return int(text)
    return float(text) if origin in {int, float} else text


def _refuse(name: str, kind: Any, value: object) -> NoReturn:  # noqa: ANN401 - a type
    """The refusal follows from what the setting holds; the text of a secret is not repeated."""
    origin = getattr(kind, "__origin__", kind)
    is_enum = isinstance(origin, type) and issubclass(origin, Enum)
    choices = [str(one.value) for one in origin] if is_enum else []
    choices = list(get_args(kind)) if origin is Literal else choices
    code = "settings.choice" if choices else REFUSALS.get(origin, "settings.invalid")
    shown = MASK if kind is Secret else value
    raise Refusal(code, name=_variable(name), value=shown, known=", ".join(choices))


REFUSALS: Mapping[object, str] = {
    int: "settings.number",
    float: "settings.number",
    time: "settings.time",
}
"""What a setting holds → what is said of a value that it cannot hold."""


def _check_zone(name: str, zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise _wrong("settings.timezone", name, zone) from None
    return zone


def _check_base(name: str, url: str) -> str:
    if not is_safe_base(url):
        raise _wrong("settings.not_https", name, url)
    return url.rstrip("/")


def _check_address(name: str, url: str) -> str:
    """An address that may be left out."""
    return _check_base(name, url.strip()) if url.strip() else ""


def _check_listen(name: str, listen: str) -> str:
    port = listen.rpartition(":")[2]
    if not (port.isascii() and port.isdigit() and int(port) <= MAX_PORT):
        raise _wrong("settings.listen", name, listen)
    return listen


def _check_metrics(name: str, listen: str) -> str:
    return listen if listen in {METRICS_SAME, METRICS_OFF} else _check_listen(name, listen)


def _check_networks(name: str, listed: str) -> str:
    try:
        networks(listed)
    except ValueError:
        raise _wrong("settings.networks", name, listed) from None
    return listed


def _wrong(code: str, name: str, value: str) -> Refusal:
    return Refusal(code, name=_variable(name), value=value, known="")


CHECKS: Mapping[str, Callable[[str, str], str]] = {
    "timezone": _check_zone,
    "listen": _check_listen,
    "metrics_listen": _check_metrics,
    "telegram_api_base": _check_base,
    "zalo_oa_api_base": _check_base,
    "zalo_oa_phone_image": _check_address,
    "zalo_oa_oauth_base": _check_base,
    "webhook_networks": _check_networks,
    "zalo_bot_api_base": _check_base,
    "zalo_template_api_base": _check_base,
}
"""What a text has to be besides a text."""


def is_safe_base(url: str) -> bool:
    """Whether `url` is https, or plain http to this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def is_loopback_base(url: str) -> bool:
    """Whether only this machine itself can open `url`; nobody else opens 0.0.0.0 either."""
    host = urlsplit(url).hostname or ""
    return _is_loopback(host) or host in UNSPECIFIED


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
