"""Turns a tally into the figures of a report: questions that forms share are added up."""

from admin.figures.model import OptionFigures, QuestionFigures, SurveyFigures
from admin.tallying.result import Tally
from scoring.law import Rulebook
from scoring.policies import Policy
from scoring.rulebook import shipped_rulebooks
from surveys.tally import quota

SATISFACTION = "satisfaction"
"""The question on satisfaction, of every form that asks it."""
DISLIKES, OF_ANSWERS = "dislikes", f"answers.{SATISFACTION}."


def dislikes(rulebook: Rulebook) -> tuple[str, ...]:
    """Which answers on satisfaction say no: by the policy `dislikes` of the rulebook, where it has
    none by that of the first shipped rulebook that settles it.
    """
    own = _disliked(rulebook.policies.dislikes)
    if own:
        return own
    shipped = (_disliked(book.policies.dislikes) for book in shipped_rulebooks())
    return next(filter(None, shipped), ())


def _disliked(policy: Policy | None) -> tuple[str, ...]:
    terms = policy.choices[policy.chosen].terms.get(DISLIKES, ()) if policy else ()
    return tuple(one.removeprefix(OF_ANSWERS) for one in terms if one.startswith(OF_ANSWERS))


def survey_figures(tally: Tally, disliked: tuple[str, ...]) -> SurveyFigures:
    """The figures of a tally that is not split and not suppressed; `disliked` as `dislikes`."""
    reach = tally.reach[0]
    return SurveyFigures(
        returned=reach.returned,
        issued=reach.issued,
        delivered=reach.delivered,
        answered=reach.answered or 0,
        valid=reach.valid or 0,
        simulated=reach.simulated,
        quota_percent=tally.quota_percent,
        quota=quota(reach.returned, tally.quota_percent),
        questions=_questions(tally),
        disliked=disliked,
    )


def _questions(tally: Tally) -> tuple[QuestionFigures, ...]:
    """Every question that has an answer, in the order of the forms."""
    counts: dict[str, dict[str, int]] = {}
    for cell in tally.cells:
        options = counts.setdefault(cell.question, {})
        options[cell.option] = options.get(cell.option, 0) + (cell.count or 0)
    texts = tally.words("vi")
    return tuple(
        QuestionFigures(
            id=question,
            text=str(texts.get(question, {}).get("text", question)),
            options=tuple(
                OptionFigures(
                    id=option,
                    text=str(texts.get(question, {}).get("options", {}).get(option, option)),
                    count=count,
                )
                for option, count in options.items()
            ),
        )
        for question, options in counts.items()
        if any(options.values())
    )
