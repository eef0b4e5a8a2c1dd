"""The language of a bubble, as a screen reader is told."""

import pytest

from bot.channels.web.languages import language_of
from bot.texts import load_texts

PLACE = {"desk": "UBND xã An Hòa (điện thoại 0256 111 222)", "unit": "UBND xã An Hòa"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_language_is_seen_beside_names(language: str) -> None:
    """An English sentence that names a Vietnamese desk is English."""
    texts = load_texts()[language].texts
    keys = [key for key in texts if "{desk}" in texts[key] and "{code}" not in texts[key]]
    assert len(keys) >= 20
    for key in keys:
        said = texts[key]
        for name, value in PLACE.items():
            said = said.replace(f"{{{name}}}", value)
        assert language_of({"text": said}) == language, said


def test_what_a_bubble_says_of_itself_counts() -> None:
    """It may quote a whole Vietnamese petition."""
    assert language_of({"text": "Please check: phải trả thêm tiền", "language": "en"}) == "en"
