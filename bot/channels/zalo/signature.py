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
from typing import NamedTuple

from bot.channel_settings import ZaloOfficialAccountSettings
from bot.setting_types import Secret

HEADER = "X-ZEvent-Signature"
TIME_HEADER = "X-ZEvent-Timestamp"
PREFIX = "mac="
ANY = "any"
HEX = 64
HEADER_TIME = re.compile(r"[0-9]{1,20}")


class Signed(NamedTuple):
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
class Variant:
    """One form of the signature: its name in the metric, the secret, which id comes first
    (`app_id` or `oa_id`), and where the time is (`body` or `header`)."""

    name: str
    secret: str = field(repr=False)
    first: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Checks signatures. `met` counts by variant, `oa_secret_app_id_body_mac` the documented
    one."""

    app_id: str
    variants: Sequence[Variant]
    """Those accepted, the documented one first; empty without a secret."""
    prefix: str
    met: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, settings: ZaloOfficialAccountSettings) -> "Verifier":
        """The verifier of these settings; with no secret at all it accepts nothing."""
        oa_secret = settings.zalo_oa_secret or settings.zalo_oa_oa_secret
        given = [("oa_secret", oa_secret), ("app_secret", settings.zalo_oa_app_secret)]
        secrets = [
            (name, text)
            for name, secret in given
            if settings.zalo_oa_signature_key in {ANY, name} and (text := _text(secret))
        ]
        ids = _wanted(settings.zalo_oa_signature_id, "app_id", "oa_id")
        times = _wanted(settings.zalo_oa_signature_time, "body", "header")
        return cls(
            app_id=settings.zalo_oa_app_id.strip(),
            variants=[
                Variant(name="_".join((name, first, time)), secret=text, first=first, time=time)
                for (name, text), first, time in product(secrets, ids, times)
            ],
            prefix=settings.zalo_oa_signature_prefix,
        )

    def accepts(self, header: str, signed: Signed) -> bool:
        """Whether the header is a signature of the request in an accepted form."""
        mac, written = _bare(header)
        if self.prefix not in {ANY, written} or len(mac) != HEX or not mac.isascii():
            return False
        for one in self.variants:
            if self._is_of(one, mac, signed):
                self.met[f"{one.name}_{written}"] += 1
                return True
        self.met["refused"] += 1
        return False

    def _is_of(self, variant: Variant, mac: str, signed: Signed) -> bool:
        first = self.app_id if variant.first == "app_id" else signed.oa_id
        if not first or not signed.has_time(variant.time):
            return False
        moment = signed.body_time if variant.time == "body" else signed.header_time
        text = b"%b%b%b" % (first.encode(), signed.raw, f"{moment}{variant.secret}".encode())
        return hmac.compare_digest(hashlib.sha256(text).hexdigest(), mac)


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
