"""How facts, counts and shares are called: by the rulebook that adds them, else by `texts.yaml`."""

from decimal import Decimal

from scoring.law import Rulebook
from scoring.model import Text
from scoring.rounding import plain, rounded
from scoring.texts import FactName, Percent, say
from scoring.unit_rating import State


def fact_words(rulebook: Rulebook, name: str) -> Text | FactName:
    """The name of a fact in both languages."""
    own = rulebook.facts.get(name)
    return FactName(name) if own is None else own.text


def state_words(rulebook: Rulebook, state: State, language: str) -> str:
    """How far a unit could be rated; a rulebook without grades evaluates and grades nobody."""
    return say("states" if rulebook.grades else "states_ungraded", state.value, language)


def term_words(rulebook: Rulebook, term: str, language: str) -> str:
    """The name of a count in a metric's ratio."""
    source, *names = term.split(".")
    if not names:
        own = rulebook.facts.get(term)
        return say("facts", term, language) if own is None else own.text.of(language)
    first, second = names
    return say("explain", f"term_{source}", language, of=first, value=second)


def percent(share: Decimal | None) -> Percent | None:
    """A share 0–1 as a percentage with at most two decimals."""
    return None if share is None else Percent(plain(rounded(100 * share, 2)))
