"""The webhook's signature in every form that is met, and in none that anybody can make."""

import hashlib
from itertools import product

import pytest

from bot.channels.zalo.signature import Signed, Verifier
from bot.settings import load_settings

APP, OA = "3608465248940903967", "388613280878808645"
SECRETS = {"oa_secret": "oa-bí-mật", "app_secret": "app-secret"}
BODY = '{"event_name":"user_send_text","message":{"text":"Chào"},"timestamp":"154390853474"}'
RAW = BODY.encode()
TIMES = {"body": "154390853474", "header": "1543908534740"}
SIGNED = Signed(raw=RAW, oa_id=OA, body_time=TIMES["body"], header_time=TIMES["header"])
VARIANTS = list(product(SECRETS, ("app_id", "oa_id"), TIMES, ("mac", "none")))


def header(key: str, first: str, time: str, prefix: str, *, raw: bytes = RAW) -> str:
    """The signature as this variant of Zalo writes it."""
    start = APP if first == "app_id" else OA
    text = start.encode() + raw + TIMES[time].encode() + SECRETS[key].encode()
    mac = hashlib.sha256(text).hexdigest()
    return f"mac={mac}" if prefix == "mac" else mac


def verifier(**chosen: str) -> Verifier:
    """A verifier of these settings."""
    known = {f"zalo_oa_signature_{name}": value for name, value in chosen.items()}
    return Verifier.of(
        load_settings(
            zalo_oa_app_id=APP,
            zalo_oa_secret=SECRETS["oa_secret"],
            zalo_oa_app_secret=SECRETS["app_secret"],
            **known,
        )
    )


@pytest.mark.parametrize("variant", VARIANTS, ids="-".join)
def test_every_form_is_accepted_and_counted(variant: tuple[str, str, str, str]) -> None:
    """By default any; the metric says which."""
    checks = verifier()
    assert checks.accepts(header(*variant), SIGNED)
    assert checks.met == {"_".join(variant): 1}


@pytest.mark.parametrize("variant", VARIANTS, ids="-".join)
def test_a_narrowed_setting_takes_its_own_form_only(variant: tuple[str, str, str, str]) -> None:
    """Each of the four parts by its setting."""
    names = ("key", "id", "time", "prefix")
    checks = verifier(**dict(zip(names, variant, strict=True)))
    taken = [one for one in VARIANTS if checks.accepts(header(*one), SIGNED)]
    assert taken == [variant]


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "mac=",
        "mac=" + "0" * 64,
        "mac=" + hashlib.sha256(APP.encode() + RAW + TIMES["body"].encode()).hexdigest(),
        header("oa_secret", "app_id", "body", "mac", raw=RAW + b" "),
        "mac=é" + "0" * 63,
    ],
)
def test_a_forged_signature_is_refused(forged: str) -> None:
    """Empty, made without the secret, or of another body."""
    checks = verifier()
    assert not checks.accepts(forged, SIGNED)


def test_an_event_without_a_time_is_signed_without_one() -> None:
    """But the signature of an event with a time is none of the body with that time behind it."""
    checks, timeless = verifier(), {"oa_id": OA, "body_time": "", "header_time": ""}
    mac = hashlib.sha256(APP.encode() + b'{"event_name":"x"}' + SECRETS["oa_secret"].encode())
    assert checks.accepts(mac.hexdigest(), Signed(raw=b'{"event_name":"x"}', **timeless))
    moved = Signed(raw=RAW + TIMES["body"].encode(), **timeless)
    assert not checks.accepts(header("oa_secret", "app_id", "body", "mac"), moved)


@pytest.mark.parametrize("cut", [40, RAW.index(b',"message"'), len(RAW), len(RAW) + 3])
def test_one_signature_is_of_one_body(cut: int) -> None:
    """What is cut off the body, or put behind it, is no time of the header."""
    signed = RAW + TIMES["body"].encode()
    moved = Signed(raw=signed[:cut], oa_id=OA, body_time="", header_time=signed[cut:].decode())
    assert verifier().accepts(header("oa_secret", "app_id", "body", "mac"), moved) == (
        cut == len(RAW)
    )


@pytest.mark.parametrize("prefix", ["mac=", "MAC=", " mac= ", ""])
@pytest.mark.parametrize("upper", [False, True])
def test_the_writing_of_a_signature_does_not_matter(prefix: str, *, upper: bool) -> None:
    """Prefix and hexadecimal digits in either case, spaces around."""
    mac = header("oa_secret", "app_id", "body", "none")
    assert verifier().accepts(f"{prefix}{mac.upper() if upper else mac}", SIGNED)


def test_without_a_secret_nothing_is_accepted() -> None:
    """An empty secret would be a signature that everybody can make."""
    checks = Verifier.of(load_settings(zalo_oa_app_id=APP))
    mac = hashlib.sha256(APP.encode() + RAW + TIMES["body"].encode()).hexdigest()
    assert not checks.accepts(f"mac={mac}", SIGNED)
