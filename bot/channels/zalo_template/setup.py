"""Checks the template part by part, and records the ground for writing to phone numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.channels.base import ChannelContext, Finding
from bot.channels.zalo.errors import words_of
from bot.channels.zalo.requests import RequestError
from bot.channels.zalo_template import NAME
from bot.channels.zalo_template.requests import TemplateApi, number_in, params_from
from bot.retention import SERVICE, system_user
from surveys.errors import Refusal
from surveys.store.system import audit, meta
from surveys.store.system.audit import AuditEntry, Author

USABLE = frozenset({"ENABLE", "APPROVED"})


class Part(StrEnum):
    """A part of the set-up that is checked."""

    BASIS = "basis"
    MODE = "mode"
    CONNECTION = "connection"
    TEMPLATE = "template"
    PARAMS = "params"
    QUOTA = "quota"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What Zalo says of a template: its parameters with the length of each, if limited."""

    status: str
    names: frozenset[str]
    required: frozenset[str]
    longest: Mapping[str, int] = field(default_factory=dict)


def read_template(info: Mapping[str, Any]) -> Template:
    """Read `template/info/v2`; what is missing is left open."""
    given = info.get("listParams")
    params = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    lengths = {str(one.get("name")): number_in(one, "maxLength") for one in params}
    return Template(
        status=str(info.get("status") or "").upper(),
        names=frozenset(lengths),
        required=frozenset(str(one.get("name")) for one in params if one.get("require") is True),
        longest={name: most for name, most in lengths.items() if most},
    )


async def record_basis(context: ChannelContext, bot: str) -> None:
    """Write the ground to the audit log when it is new. Raises Refusal `zalo_template.no_basis`."""
    basis = context.settings.zalo_template_basis.strip()
    if not basis:
        raise Refusal("zalo_template.no_basis")
    key = f"{NAME}:{bot}:basis"
    async with context.database.write() as conn:
        if await meta.read(conn, key) == basis:
            return
        await meta.write(conn, key, basis)
        author = Author(name=SERVICE, os_user=system_user(), keyring=context.keyring())
        template = context.settings.zalo_template_id
        entry = AuditEntry(
            action=f"{NAME}.basis",
            subject=f"template:{template}",
            details={"basis": basis, "mode": context.settings.zalo_template_mode},
        )
        await audit.append(conn, author, entry, at=context.clock())


async def inspect(context: ChannelContext, api: TemplateApi) -> Sequence[Finding]:
    """Every part; those of the server only if it can be asked."""
    chosen = context.settings
    basis = chosen.zalo_template_basis.strip()
    own = [
        _finding(Part.BASIS, right=bool(basis), found=basis),
        _finding(
            Part.MODE,
            right=chosen.zalo_template_mode == "live",
            found=chosen.zalo_template_mode,
            wanted="live",
        ),
    ]
    try:
        return [*own, *await _asked(context, api)]
    except RequestError as error:
        words = words_of(error, chosen.lang)
        return [*own, _finding(Part.CONNECTION, right=False, found=words)]


async def _asked(context: ChannelContext, api: TemplateApi) -> Sequence[Finding]:
    template = read_template(await api.template())
    quota, quality = await api.quota(), await api.quality()
    told = frozenset(params_from(context.settings))
    wrong = sorted(template.required - told) + sorted(told - template.names)
    return [
        _finding(
            Part.TEMPLATE,
            right=template.status in USABLE,
            found=template.status,
            wanted="ENABLE",
        ),
        _finding(
            Part.PARAMS,
            right=not wrong or not template.names,
            found=" ".join(sorted(told)),
            wanted=" ".join(sorted(template.names)),
        ),
        _finding(Part.QUOTA, right=quota.daily > 0, found=f"{quota.remaining}/{quota.daily}"),
        _finding(Part.QUALITY, right=quality != "LOW", found=quality),
    ]


def _finding(part: Part, *, right: bool, found: str, wanted: str = "") -> Finding:
    return Finding(part=part, right=right, found=found, wanted=wanted, is_fixable=False)
