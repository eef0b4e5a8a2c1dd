"""Who is at the command line: a name must be proved."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from admin.kit.identity import Claim, identify, os_user, read_key
from surveys.errors import Refusal
from surveys.privacy import token_hash
from surveys.store.system.staff import Officer, Role
from tests.integration.office import officer

KEY = "khoa-cua-hoa"
HOA = replace(officer("hoa", Role.VERIFIER), key_hash=token_hash(KEY))
LAN = officer("lan", Role.CLERK, os_user="lan.nt")
ADMIN = officer("quan", Role.ADMIN, os_user="root")
KNOWN = (HOA, LAN, ADMIN)


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        (Claim(os_user="hoa"), "hoa"),
        (Claim(os_user="hoa", name="hoa"), "hoa"),
        (Claim(os_user="lan.nt"), "lan"),
        (Claim(os_user="khach", name="hoa", key=KEY), "hoa"),
        (Claim(os_user="khach", key=KEY), "hoa"),
        (Claim(os_user="root"), "quan"),
        (Claim(os_user="root", name="hoa"), "hoa"),
    ],
)
def test_a_proved_name_is_that_officer(claim: Claim, name: str) -> None:
    """By the machine's user, by the key, or because an administrator says so."""
    found = identify(claim, KNOWN)
    assert found.name == name
    assert found.officer is not None
    assert found.officer.name == name


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (Claim(os_user="khach", name="hoa"), "staff.unproved"),
        (Claim(os_user="lan", name="lan"), "staff.unproved"),
        (Claim(os_user="lan.nt", name="quan"), "staff.unproved"),
        (Claim(os_user="hoa", name="hoa", key="sai"), "staff.wrong_key"),
        (Claim(os_user="root", name="lan", key=KEY), "staff.wrong_key"),
        (Claim(os_user="root", key=""), "staff.unknown_key"),
    ],
)
def test_an_unproved_name_is_refused(claim: Claim, code: str) -> None:
    """A key that is wrong is refused even where the machine's user would do."""
    with pytest.raises(Refusal) as refused:
        identify(claim, KNOWN)
    assert refused.value.code == code
    assert KEY not in repr(claim)


@pytest.mark.parametrize("known", [KNOWN, ()])
def test_strangers_are_nobody(known: Sequence[Officer]) -> None:
    """A name that is not on the list has no rights to prove."""
    for claim in (Claim(os_user="khach"), Claim(os_user="root", name="khach")):
        found = identify(claim, known)
        assert (found.name, found.officer, found.staffed) == ("khach", None, bool(known))


def test_one_machine_user_with_several_names_must_choose() -> None:
    """Unless one of them is the machine user's own."""
    shared = [officer(name, Role.CLERK, os_user="motcua") for name in ("an", "binh")]
    with pytest.raises(Refusal, match=r"staff\.which"):
        identify(Claim(os_user="motcua"), shared)
    assert identify(Claim(os_user="motcua", name="an"), shared).name == "an"
    own = officer("motcua", Role.ADMIN, os_user="motcua")
    assert identify(Claim(os_user="motcua"), [*shared, own]).name == "motcua"


def test_the_environment_does_not_say_who_sits_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """LOGNAME and USER can be set by anybody."""
    before = os_user()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "giam-doc")
    assert os_user() == before != "giam-doc"


def test_a_key_comes_from_a_private_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that others can read is refused."""
    monkeypatch.setenv("MOTCUA_STAFF_KEY", "trong-moi-truong")
    assert read_key(None) == "trong-moi-truong"
    (file := tmp_path / "hoa.key").write_text(f"{KEY}\n", "utf-8")
    file.chmod(0o600)
    assert read_key(file) == KEY
    file.chmod(0o640)
    with pytest.raises(Refusal, match=r"staff\.key_readable"):
        read_key(file)
    monkeypatch.delenv("MOTCUA_STAFF_KEY")
    assert read_key(None) is None
