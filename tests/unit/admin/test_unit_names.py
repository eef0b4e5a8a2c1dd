"""A unit is found by its exact name; what is only like a name is proposed, never taken."""

import unicodedata

import pytest

from admin.importing.unit_index import UnitIndex
from surveys.errors import Refusal
from surveys.spelling import name_key
from surveys.store.dossiers.units import Unit

NAMES = {
    "XA01": "Xã An Hòa",
    "XA02": "Xã Phú Thành",
    "XA03": "Xã Phú Thạnh",
    "TT01": "UBND thị trấn An Lão",
    "H05": "Phòng Lao động - Thương binh và Xã hội",
    "H06": "Phòng Tài nguyên và Môi trường",
    "H07": "Văn phòng HĐND và UBND huyện",
    "XA04": "Xã Tân Lập",
    "XA05": "Xã Tân Lập",
}


@pytest.fixture
def index() -> UnitIndex:
    """Some units, two that differ in a tone and two of one name."""
    level = "xa"
    return UnitIndex.of(
        (Unit(code=code, name=name, level=level, block="xa") for code, name in NAMES.items()),
        aliases={name_key("An Hòa cũ"): "XA01"},
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xa01", "XA01"),
        ("XÃ AN HÒA", "XA01"),
        ("Xã  An Hoà.", "XA01"),
        (unicodedata.normalize("NFD", "Xã An Hòa"), "XA01"),
        ("Xã Phú Thành", "XA02"),
        ("Xã Phú Thạnh", "XA03"),
        ("Phòng Lao động – Thương binh và Xã hội", "H05"),
        ("an hòa (cũ)", "XA01"),
    ],
)
def test_an_exact_name_or_alias_is_taken(index: UnitIndex, text: str, code: str) -> None:
    """Case, signs, spaces, composition and the place of the tone make no difference."""
    assert index.code_of(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("X. An Hòa", "XA01"),
        ("UBND xã An Hòa", "XA01"),
        ("An Hòa", "XA01"),
        ("UBND xã An Hòa, huyện An Lão", "XA01"),
        (unicodedata.normalize("NFD", "Xã An Hòa - Huyện An Lão, tỉnh Bình Định"), "XA01"),
        ("Xã An Hòa (H. An Lão)", "XA01"),
        ("Xa An Hoa", "XA01"),
        ("Xã Phú Thành cũ", "XA02"),
        ("UBND TT An Lão", "TT01"),
        ("TT. An Lão", "TT01"),
        ("Phòng LĐTB&XH", "H05"),
        ("P. LĐTBXH", "H05"),
        ("Phòng TN&MT", "H06"),
        ("Phòng Lao động, Thương binh, Xã hội", "H05"),
    ],
)
def test_what_is_like_a_name_is_proposed(index: UnitIndex, text: str, code: str) -> None:
    """Shortenings, old names, lost tones: named, with the command that confirms it."""
    with pytest.raises(Refusal) as refused:
        index.code_of(text)
    assert (refused.value.code, refused.value.params["likely"]) == ("units.unknown_likely", code)


def test_a_name_without_tones_may_be_several(index: UnitIndex) -> None:
    """Both are named, neither is taken."""
    with pytest.raises(Refusal) as refused:
        index.code_of("xa phu thanh")
    assert refused.value.code == "units.unknown_several"
    assert refused.value.params["names"] == "XA02 Xã Phú Thành, XA03 Xã Phú Thạnh"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Xã Tân Lập", "units.ambiguous"), ("Xã Không Có", "units.unknown"), ("?", "units.unknown")],
)
def test_others_are_refused(index: UnitIndex, text: str, reason: str) -> None:
    """Two of one name, and a name that is like none."""
    with pytest.raises(Refusal) as refused:
        index.code_of(text)
    assert refused.value.code == reason
