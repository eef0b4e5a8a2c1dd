"""How facts, counts and shares are called: by the rulebook that adds them, else by `texts.yaml`."""

from decimal import Decimal

from scoring.law import Rulebook
from scoring.model import Text
from scoring.rounding import plain, rounded
from scoring.texts import FactName, Percent, say, words
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
    value = _said(source, ".".join(names), language)
    if source == "outcomes":
        criterion, outcome = names
        value = outcome_words(rulebook, criterion, outcome, language)
    return say("explain", f"term_{source}", language, value=value)


def outcome_words(rulebook: Rulebook, criterion: str, outcome: str, language: str) -> str:
    """An outcome of a dossier: as the rulebook words it, else as it is usually called."""
    own = rulebook.criteria.get(criterion)
    if own is not None and outcome in own.outcomes:
        return own.outcomes[outcome].text.of(language)
    return _said("outcomes", f"{criterion}.{outcome}", language)


def _said(section: str, key: str, language: str) -> str:
    """The words for an outcome or an answer; those nobody has words for by their id."""
    found = words()[section].get(key)
    return key if found is None else found[language]


def percent(share: Decimal | None) -> Percent | None:
    """A share 0–1 as a percentage with at most two decimals."""
    return None if share is None else Percent(plain(rounded(100 * share, 2)))
