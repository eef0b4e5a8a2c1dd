"""The signature of the webhook: SHA-256 of first term, raw body, timestamp and secret.

Zalo's documents and live programs differ in all four parts; each part is a setting (`any`: every
form is accepted, since all of them need a secret). Which form was met is counted.
"""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from bot.channel_settings import ZaloOfficialAccountSettings
from bot.setting_types import Secret

HEADER = "X-ZEvent-Signature"
TIME_HEADER = "X-ZEvent-Timestamp"
PREFIX = "mac="
ANY = "any"
HEX = 64
HEADER_TIME = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What is signed of a request: besides its raw body the ids and times it may be signed with."""

    raw: bytes
    oa_id: str
    body_time: str
    header_time: str

    @property
    def is_whole(self) -> bool:
        """Whether the body ends as JSON does: so it may be an event without a time, and not one
        whose time was moved to the end of the body, which has the same hash."""
        return self.raw.rstrip().endswith((b"}", b"]"))

    def has_time(self, place: str) -> bool:
        """Whether the time may be the one in the body or the header. The header's holds no end of
        the body, which was cut off there."""
        if place == "body":
            return bool(self.body_time) or self.is_whole
        return self.is_whole and HEADER_TIME.fullmatch(self.header_time) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Checks signatures. `met` counts by variant, `oa_secret_app_id_body_mac` the documented
    one."""

    app_id: str
    secrets: Sequence[tuple[str, str]]
    """(`oa_secret` or `app_secret`, its text), the documented one first."""
    ids: Sequence[str]
    times: Sequence[str]
    prefix: str
    met: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, settings: ZaloOfficialAccountSettings) -> "Verifier":
        """The verifier of these settings; with no secret at all it accepts nothing."""
        oa_secret = settings.zalo_oa_secret or settings.zalo_oa_oa_secret
        given = [("oa_secret", oa_secret), ("app_secret", settings.zalo_oa_app_secret)]
        return cls(
            app_id=settings.zalo_oa_app_id.strip(),
            secrets=[
                (name, text)
                for name, secret in given
                if settings.zalo_oa_signature_key in {ANY, name} and (text := _text(secret))
            ],
            ids=_wanted(settings.zalo_oa_signature_id, "app_id", "oa_id"),
            times=_wanted(settings.zalo_oa_signature_time, "body", "header"),
            prefix=settings.zalo_oa_signature_prefix,
        )

    def accepts(self, header: str, signed: Signed) -> bool:
        """Whether the header is a signature of the request in an accepted form."""
        mac, written = _bare(header)
        if self.prefix not in {ANY, written} or len(mac) != HEX or not mac.isascii():
            return False
        for (key, secret), id_, time_ in product(self.secrets, self.ids, self.times):
            first = self.app_id if id_ == "app_id" else signed.oa_id
            moment = signed.body_time if time_ == "body" else signed.header_time
            if (
                signed.has_time(time_)
                and first
                and hmac.compare_digest(_mac(first, signed, moment, secret), mac)
            ):
                self.met[f"{key}_{id_}_{time_}_{written}"] += 1
                return True
        self.met["refused"] += 1
        return False


def _mac(first: str, signed: Signed, moment: str, secret: str) -> str:
    text = b"".join((first.encode(), signed.raw, moment.encode(), secret.encode()))
    return hashlib.sha256(text).hexdigest()


def _bare(header: str) -> tuple[str, str]:
    """The hexadecimal digits, and whether they were written with the prefix."""
    text = header.strip()
    if text.lower().startswith(PREFIX):
        return text[len(PREFIX) :].strip().lower(), "mac"
    return text.lower(), "none"


def _wanted(chosen: str, *names: str) -> Sequence[str]:
    return [name for name in names if chosen in {ANY, name}]


def _text(secret: Secret | None) -> str:
    return secret.get_secret_value().strip() if secret else ""
