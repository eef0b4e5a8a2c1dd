"""Which answers say no: one policy decides it for reports, and agrees with what is favourable."""

from admin.figures.survey import SATISFACTION, dislikes
from scoring.rulebook import find_rulebook, with_choices
from scoring.term_sets import sets_of
from surveys.form import shipped_forms


def test_the_answers_that_say_no_are_those_that_are_not_favourable() -> None:
    """Of every shipped form; a rulebook that settles nothing takes the policy of another."""
    no = set(dislikes(find_rulebook("tt01-2018")))
    decree = find_rulebook("nd118-2025")
    terms = sets_of(policy for _, policy in decree.policies.named())["satisfied"]
    yes = {one.rpartition(".")[2] for one in terms}
    for form in shipped_forms():
        question = form.question(SATISFACTION)
        if question is not None:
            assert {option.id for option in question.options} == yes | no, form.id
    assert no == set(dislikes(decree))
    assert not yes & no


def test_a_choice_without_answers_leaves_the_usual_ones() -> None:
    """Where petitions alone are dislikes, an answer still says what it says."""
    book = with_choices(find_rulebook("qd766-2022"), {"dislikes": "petition"})
    assert dislikes(book) == dislikes(find_rulebook("qd766-2022"))
