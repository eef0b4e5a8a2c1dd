"""Protects citizens' identities: keyed hashes for matching, encryption for addresses to send to.

One secret key per deployment. Without it the database identifies nobody (Luật 91/2025/QH15 Điều 14,
NĐ 61/2018/NĐ-CP Điều 27 khoản 3: raters are confidential).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from surveys import ciphers
from surveys.errors import Refusal

KEY_BYTES = 32
REFERENCE_BYTES = 5
OLD_PREFIXES = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
"""11-digit mobile prefixes and what became of them on 15/9/2018 (Bộ TT&TT, KH 798/KH-BTTTT)."""

MOBILE = re.compile(r"0(?:3\d|5[1689]|7[06-9]|8[1-8]|9[0-8])\d{7}", re.ASCII)
"""Most numbers in an export; telling them by their shape is thirty times as fast."""


SEALED = "sealed:"
"""What an encrypted text begins with."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Everything derived from the deployment's secret key (32 bytes).

    `older` are keys that a rotation replaced: they open and check what they made, and make nothing.
    """

    secret: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def each(self) -> tuple["Keyring", ...]:
        """A keyring of each key alone, the current one first."""
        return tuple(Keyring(secret) for secret in (self.secret, *self.older))

    def find(self, fingerprint: str) -> "Keyring | None":
        """The keyring of the key with this fingerprint alone."""
        return next((one for one in self.each if one.fingerprint() == fingerprint), None)

    def chat_key(self, channel: str, bot: str, address: str) -> str:
        """The keyed hash of one chat, used everywhere outside the contact's encrypted address."""
        return self._hash("chat", f"{channel}\0{bot}\0{address}")

    def phone_key(self, phone: str) -> str:
        """The keyed hash of a phone number; equal for every notation of the number."""
        return self._hash("phone", phone)

    def reference(self, kind: str, number: int) -> str:
        """A short code for tracking a complaint: eight letters and digits, not guessable."""
        return reference_of(self._digest(kind, str(number)))

    def sign(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 (hex) with the deployment's key; equal for equal texts."""
        return self._hash(purpose, text)

    def seal(self, text: str) -> bytes:
        """Encrypt; every call gives different bytes."""
        return ciphers.seal(self.secret, text)

    def seal_all(self, texts: Sequence[bytes]) -> list[bytes]:
        """Encrypt each of some texts in UTF-8."""
        return ciphers.seal_all(self.secret, texts)

    def unseal(self, sealed: bytes) -> str:
        """Decrypt; raises Refusal `privacy.wrong_key` for bytes encrypted with another key."""
        for secret in (self.secret, *self.older):
            with suppress(ciphers.NotOpenedError):
                return ciphers.unseal(secret, sealed)
        raise Refusal("privacy.wrong_key")

    def seal_words(self, text: str) -> str:
        """Encrypt what a citizen wrote, as a text. The cipher must hold no time of day: an answer
        that is no longer tied to anybody has none.
        """
        return SEALED + self.seal(text).decode("ascii")

    def open_words(self, kept: str) -> str:
        """Decrypt a text of `seal_words`; one that an earlier version kept in the clear is returned
        as it is. Raises `privacy.wrong_key`.
        """
        return self.unseal(kept[len(SEALED) :].encode()) if kept.startswith(SEALED) else kept

    def is_current(self, sealed: bytes) -> bool:
        """Whether the current key encrypted it."""
        try:
            ciphers.unseal(self.secret, sealed)
        except ciphers.NotOpenedError:
            return False
        return True

    def fingerprint(self) -> str:
        """An identifier of the key that may be stored and reveals nothing of the key."""
        return self._hash("fingerprint", "")[:16]

    def _hash(self, purpose: str, text: str) -> str:
        return self._digest(purpose, text).hex()

    def _digest(self, purpose: str, text: str) -> bytes:
        return _digest(self.secret, purpose, text)


def is_sealed(kept: str) -> bool:
    """Whether `seal_words` made the text."""
    return kept.startswith(SEALED)


def _digest(secret: bytes, purpose: str, text: str) -> bytes:
    return hmac.digest(secret, f"{purpose}\0{text}".encode(), "sha256")


def reference_of(randomness: bytes) -> str:
    """The first five of some random bytes as the eight letters and digits of a reference."""
    return base64.b32encode(randomness[:REFERENCE_BYTES]).decode()


def link_token(randomness: bytes) -> str:
    """16 random bytes as the 22 characters of a link."""
    return base64.urlsafe_b64encode(randomness).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """The hash of a link's token, which is stored instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def normal_phone(text: str) -> str | None:
    """A Vietnamese or foreign number as `+84987654321`; None if it is not a phone number.

    Old 11-digit mobile numbers become the number their owner has today.
    """
    if MOBILE.fullmatch(text):
        return f"+84{text[1:]}"
    import phonenumbers

    digits = "".join(sign for sign in text if sign.isdigit() or sign == "+")
    digits = _with_trunk_zero(digits)
    renewed = OLD_PREFIXES.get(digits[:4]) if len(digits) == 11 else None
    try:
        number = phonenumbers.parse(f"{renewed}{digits[4:]}" if renewed else digits, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(code: str) -> str:
    """A dossier code without its counter: its owner recognises it, others cannot use it."""
    head, dash, tail = code.rpartition("-")
    return f"{head}{dash}{'•' * len(tail)}" if dash else f"{code[:3]}•••"


def _with_trunk_zero(digits: str) -> str:
    bare = digits.removeprefix("+")
    if bare.startswith("84") and len(bare) in {11, 12}:
        return f"0{bare[2:]}"
    return f"0{digits}" if len(digits) == 9 and not digits.startswith(("0", "+")) else digits
