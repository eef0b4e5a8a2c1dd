"""Checks the Official Account part by part. Zalo's console can be changed by a person only, so a
finding says what to enter there; only the tokens can be renewed from here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.channels.base import ChannelContext, Finding
from bot.channels.zalo.errors import words_of
from bot.channels.zalo.requests import NoToken, Refused
from bot.channels.zalo.vendor import Zalo
from bot.channels.zalo_oa.receive import PATH
from bot.channels.zalo_oa.tending import days_left, trouble_of
from bot.settings import Settings
from surveys.store.system.token_chains import Chain

ABOUT = "/v2.0/oa/getoa"
GOVERNMENT = "4"


class Part(StrEnum):
    """A part of the set-up that is checked."""

    TOKENS = "tokens"
    RENEWAL = "renewal"
    ACCOUNT = "account"
    VERIFIED = "verified"
    KIND = "kind"
    PLAN = "plan"
    WEBHOOK = "webhook"
    SIGNATURE = "signature"


async def inspect(zalo: Zalo, context: ChannelContext, *, fix: bool) -> Sequence[Finding]:
    """Inspect every part; with `fix` renew the tokens before. Raises RequestError."""
    if fix:
        await zalo.chain.tend()
    settings = context.settings
    found = _tokens(await zalo.chain.find(), settings)
    found += await _account(zalo, settings)
    return [*found, _webhook(settings), _signature(settings)]


def _tokens(chain: Chain | None, settings: Settings) -> list[Finding]:
    trouble = trouble_of(chain, settings.zalo_oa_alarm_days)
    if chain is None:
        return [Finding(part=Part.TOKENS, right=False, found=trouble, is_fixable=False)]
    renewed, until = _moment(chain.renewed_ms, settings), _moment(chain.refresh_until_ms, settings)
    is_broken = trouble in {"missing", "lost"}
    ending = f"{until} ({days_left(chain):.0f})"
    return [
        Finding(
            part=Part.TOKENS,
            right=not is_broken,
            found=(chain.reason or trouble) if is_broken else renewed,
            is_fixable=False,
        ),
        Finding(
            part=Part.RENEWAL,
            right=not trouble,
            found=f"{chain.reason} · {ending}" if chain.failures else ending,
        ),
    ]


async def _account(zalo: Zalo, settings: Settings) -> list[Finding]:
    try:
        about = await zalo.api.get(ABOUT)
    except NoToken as error:
        return [_unknown(error.reason)]
    except Refused as error:
        return [_unknown(words_of(error, settings.lang))]
    number = str(about.get("oaid") or about.get("oa_id") or "")
    wanted = settings.zalo_oa_id
    return [
        Finding(
            part=Part.ACCOUNT,
            right=not wanted or number == wanted,
            found=f"{about.get('name', '')} {number}".strip(),
            wanted=wanted,
            is_fixable=False,
        ),
        Finding(
            part=Part.VERIFIED,
            right=_is_true(about.get("is_verified")),
            found=str(about.get("is_verified", "")),
            wanted="true",
            is_fixable=False,
        ),
        Finding(part=Part.KIND, right=True, found=_kind(about), wanted=GOVERNMENT),
        Finding(part=Part.PLAN, right=True, found=_plan(about)),
    ]


def _webhook(settings: Settings) -> Finding:
    """Zalo does not say which address it posts to; show the one to enter."""
    address = f"{settings.public_url.rstrip('/')}{PATH}" if settings.public_url else ""
    return Finding(part=Part.WEBHOOK, right=bool(address), found=address, is_fixable=False)


def _signature(settings: Settings) -> Finding:
    given = settings.zalo_oa_secret or settings.zalo_oa_oa_secret
    return Finding(part=Part.SIGNATURE, right=given is not None, found="", is_fixable=False)


def _unknown(reason: str) -> Finding:
    return Finding(part=Part.ACCOUNT, right=False, found=reason, is_fixable=False)


def _kind(about: Mapping[str, Any]) -> str:
    return f"{about.get('oa_type', '')} {about.get('cate_name', '')}".strip()


def _plan(about: Mapping[str, Any]) -> str:
    names = ("package_name", "package_valid_through_date", "linked_ZCA")
    return " · ".join(str(about[name]) for name in names if about.get(name))


def _is_true(value: object) -> bool:
    return str(value).casefold() in {"true", "1"}


def _moment(moment_ms: int, settings: Settings) -> str:
    local = datetime.fromtimestamp(moment_ms / 1_000, UTC).astimezone(settings.zone)
    return f"{local:%d/%m/%Y %H:%M}"
