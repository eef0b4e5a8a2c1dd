"""How buttons are written for Zalo, in each form and length that is met."""

import pytest

from bot.channels.zalo_oa.buttons import Look, text_body
from bot.messages import Button

LABEL = "Đúng hẹn như giấy hẹn đã ghi, không phải đi lại lần nào"


@pytest.mark.parametrize("longest", [4, 20, 100])
@pytest.mark.parametrize("form", ["a", "b"])
def test_words_are_cut_to_the_length_that_is_set(form: str, longest: int) -> None:
    """Programs that run have 20 or 100 characters; the cut is shown."""
    look = Look(form=form, title=longest)
    body = text_body("7", "Hỏi", (Button(label=LABEL, data="a:1:b"),), look)
    (button,) = body["message"]["attachment"]["payload"]["buttons"]
    assert len(button["title"]) <= longest
    assert button["title"].endswith("…") is (len(LABEL) > longest)
    assert LABEL.startswith(button["title"].rstrip("…"))


def test_without_buttons_there_is_no_attachment() -> None:
    """By the setting, and when there is nothing to draw."""
    some = (Button(label=LABEL, data="a:1:b"),)
    for given, form in ((some, "none"), ((), "a"), ((Button(label=LABEL),), "a")):
        body = text_body("7", "Hỏi", given, Look(form=form, title=20))
        assert body["message"] == {"text": "Hỏi"}
