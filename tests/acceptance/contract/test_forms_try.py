"""`motcua forms try`: each line is what a citizen types, the end of the input means stop."""

import unicodedata

import pytest

from tests.acceptance.support.command import Motcua

SHORT = {"satisfaction": "very", "contacts": "none", "agencies": "none", "conduct": "no"}
EXTRA = {
    "on_time": "early",
    "publicity": "both",
    "complaint": "none",
    "extra_cost": "no",
    "filing": "in_person",
}
UNHAPPY = {
    "satisfaction": "unsatisfied",
    "contacts": "many",
    "contacts_own_fault": "yes",
    "agencies": "many",
    "agencies_field_check": "no",
    "conduct": "yes",
}
SAID = {
    "four taps": ("đồng ý|1|1|1|1", SHORT, True),
    "in words": ("đồng ý|rất hài lòng|không lần nào|không phải liên hệ|không", SHORT, True),
    "without accents": ("dong y|rat hai long|khong lan nao|khong|khong", SHORT, True),
    "capitals and spaces": ("ĐỒNG Ý|  1 |1|1|1", SHORT, True),
    "unhappy": ("đồng ý|3|3|1|3|2|2", UNHAPPY, True),
    "no thanks": ("đồng ý|1|1|1|1|2", SHORT, True),
    "extra questions": ("đồng ý|1|1|1|1|1|1|1|1|1|1|bỏ qua", SHORT | EXTRA, True),
    "a comment at the end": (
        "đồng ý|1|1|1|1|1|1|1|1|1|1|Cán bộ nhiệt tình",
        SHORT | EXTRA | {"comment": "Cán bộ nhiệt tình"},
        True,
    ),
    "a comment at once": (
        "đồng ý|1|1|1|1|Cần thêm ghế ngồi chờ",
        SHORT | {"comment": "Cần thêm ghế ngồi chờ"},
        True,
    ),
    "no sense": ("đồng ý|1|9|abc xyz|1|1|1", SHORT, True),
    "a changed mind": ("đồng ý|3|quay lại|1|1|1|1", SHORT, True),
    "half": ("đồng ý|1|1", {"satisfaction": "very", "contacts": "none"}, False),
    "stopped": ("đồng ý|2|dừng", {"satisfaction": "satisfied"}, False),
    "consent only": ("đồng ý", {}, False),
    "nothing": ("", {}, False),
}


@pytest.fixture
def motcua(tmp_path_factory: pytest.TempPathFactory) -> Motcua:
    """No database is needed to play."""
    folder = tmp_path_factory.mktemp("trying")
    return Motcua(folder=folder, url=f"sqlite:///{folder}/motcua.sqlite")


def answers(motcua: Motcua, typed: str, *before: str) -> object:
    """What the game prints at its end, and nothing else on standard output."""
    lines = "".join(f"{line}\n" for line in typed.split("|")) if typed else ""
    return motcua(*before, "forms", "try", "phieu5", "--format", "json", typed=lines).json()


@pytest.mark.parametrize("name", SAID)
def test_said(motcua: Motcua, name: str) -> None:
    """The end prints whether the form is finished, and the answers."""
    typed, expected, finished = SAID[name]
    assert answers(motcua, typed) == {"finished": finished, "answers": expected}
    assert list(motcua.folder.iterdir()) == []


def test_typed_on_a_mac(motcua: Motcua) -> None:
    """Decomposed letters are the same letters."""
    typed = unicodedata.normalize("NFD", "đồng ý|hài lòng|một lần|không|không")
    expected = {**SHORT, "satisfaction": "satisfied", "contacts": "once"}
    assert answers(motcua, typed) == {"finished": True, "answers": expected}


def test_in_english(motcua: Motcua) -> None:
    """The same in English."""
    expected = {"finished": True, "answers": SHORT}
    assert answers(motcua, "I agree|very satisfied|never|1|no", "--lang", "en") == expected
