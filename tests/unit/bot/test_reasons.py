"""A reason says what and where, and never what somebody wrote."""

from bot.messages import outgoing_from_json
from bot.reasons import reason_of
from surveys.errors import Refusal

SECRET = "what the citizen wrote"


def test_an_error_is_told_by_its_name() -> None:
    """The message of an exception may quote anybody, so it is left out."""
    assert reason_of(ValueError(SECRET)) == "ValueError"


def test_a_refusal_is_told_with_its_code() -> None:
    """A code is ours; the parameters may be anybody's."""
    assert (
        reason_of(Refusal("forms.duplicate_option", key=SECRET)) == "Refusal forms.duplicate_option"
    )


def test_the_place_is_the_innermost_line_of_ours() -> None:
    """Staff can find the line, whatever library it ended in."""
    try:
        outgoing_from_json({SECRET: 1})
    except KeyError as error:
        reason = reason_of(error)
    assert reason.startswith("KeyError in bot.messages:")
    assert SECRET not in reason
