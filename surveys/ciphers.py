"""Seals texts with AES-256-GCM; still opens what earlier versions sealed (Fernet).

A sealed text is ASCII: a mark, then nonce, ciphertext and tag in URL-safe Base64. Nonces are
random; NIST SP 800-38D allows 2³² texts for one key, more than a province seals in centuries. The
text is padded to blocks of 16 bytes, so that its length does not tell one name from another.
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = b"gcm1."
OLD_MARK = b"gAAAAA"
"""How every Fernet token of this era begins."""
MARKS = (MARK.decode(), OLD_MARK.decode())
SEALED = re.compile(r"gcm1\.[A-Za-z0-9_-]{59,}={0,2}|gAAAAA[A-Za-z0-9_-]{60,}={0,2}")
"""A sealed text, within any other text."""
_NONCE_BYTES = 12
_BLOCK = 16


class NotOpenedError(Exception):
    """It was sealed with another key, or it is damaged, or it was never sealed."""


def seal(secret: bytes, text: str) -> bytes:
    """Seal a text; every call gives different bytes."""
    return seal_all(secret, [text.encode()])[0]


def seal_all(secret: bytes, texts: Sequence[bytes]) -> list[bytes]:
    """Seal each of some texts in UTF-8: the cipher and the randomness are fetched once for all."""
    encrypt, randomness = _gcm(secret).encrypt, os.urandom(_NONCE_BYTES * len(texts))
    nonces = (randomness[at : at + _NONCE_BYTES] for at in range(0, len(randomness), _NONCE_BYTES))
    return [
        MARK + base64.urlsafe_b64encode(nonce + encrypt(nonce, _padded(text), None))
        for nonce, text in zip(nonces, texts, strict=True)
    ]


def unseal(secret: bytes, sealed: bytes) -> str:
    """Open what this secret sealed; raises NotOpenedError."""
    if not sealed.startswith(MARK):
        return _unseal_old(secret, sealed)
    from cryptography.exceptions import InvalidTag

    try:
        raw = base64.b64decode(sealed[len(MARK) :], b"-_", validate=True)
        opened = _gcm(secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError, binascii.Error):
        raise NotOpenedError from None
    return opened[: -opened[-1]].decode()


def _padded(text: bytes) -> bytes:
    """As PKCS #7: the last byte is the number of bytes added, 1 to 16."""
    added = _BLOCK - len(text) % _BLOCK
    return text + bytes((added,)) * added


def _unseal_old(secret: bytes, sealed: bytes) -> str:
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(secret).decrypt(sealed).decode()
    except InvalidToken:
        raise NotOpenedError from None


@lru_cache(maxsize=4)
def _gcm(secret: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hmac.digest(secret, b"seal-gcm\0", "sha256"))


@lru_cache(maxsize=4)
def _fernet(secret: bytes) -> "Fernet":
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hmac.digest(secret, b"seal\0", "sha256")))
