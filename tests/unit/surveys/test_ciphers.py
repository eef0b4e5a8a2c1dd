"""Sealed texts: opened by their key alone, also those of earlier versions."""

import base64
import hmac

import pytest
from cryptography.fernet import Fernet

from surveys.ciphers import MARKS, SEALED, NotOpenedError, seal, seal_all, unseal
from surveys.errors import Refusal
from surveys.privacy import Keyring

SECRET, OTHER = b"a" * 32, b"b" * 32


def _sealed_before(text: str) -> bytes:
    key = hmac.digest(SECRET, b"seal\0", "sha256")
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(text.encode())


@pytest.mark.parametrize("text", ["", "Nguyễn Văn An", "x" * 16, "dài " * 1_000, "a\0\x01"])
def test_what_is_sealed_opens_again(text: str) -> None:
    """Each time in other bytes, all of them text that key rotation finds."""
    one, two = seal(SECRET, text), seal(SECRET, text)
    assert one != two
    assert unseal(SECRET, one) == unseal(SECRET, two) == text
    for sealed in (one, _sealed_before(text)):
        found = SEALED.search(f'{{"sealed":"{sealed.decode()}"}}')
        assert found is not None
        assert found[0] == sealed.decode()
        assert found[0].startswith(MARKS)


def test_many_are_sealed_as_one_by_one() -> None:
    """Each opens alone, equal texts in different bytes."""
    sealed = seal_all(SECRET, [b"An", "Bình".encode(), b"An"])
    assert [unseal(SECRET, one) for one in sealed] == ["An", "Bình", "An"]
    assert len(set(sealed)) == 3
    assert seal_all(SECRET, []) == []


def test_the_length_does_not_tell_a_name() -> None:
    """Names of up to fifteen bytes look the same."""
    assert len({len(seal(SECRET, name)) for name in ("An", "Bình", "Nguyễn Văn")}) == 1


def test_an_earlier_version_sealed_it() -> None:
    """It opens, and counts as sealed with the current key."""
    ring = Keyring(SECRET)
    assert ring.unseal(_sealed_before("An")) == "An"
    assert ring.is_current(_sealed_before("An"))
    assert Keyring(OTHER, (SECRET,)).unseal(_sealed_before("An")) == "An"


def _damaged() -> list[bytes]:
    sealed = seal(SECRET, "An")
    raw = base64.urlsafe_b64decode(sealed[5:])
    flipped = (raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :] for at in range(len(raw)))
    return [sealed[:-4], *(b"gcm1." + base64.urlsafe_b64encode(one) for one in flipped)]


def test_what_does_not_open() -> None:
    """Sealed with another key, cut, changed in any byte, never sealed at all."""
    for sealed in (seal(OTHER, "An"), *_damaged(), b"gcm1.", b"gcm1.?", b"?", b""):
        with pytest.raises(NotOpenedError):
            unseal(SECRET, sealed)
        with pytest.raises(Refusal, match=r"privacy\.wrong_key"):
            Keyring(SECRET).unseal(sealed)
