"""The facts a file may give: the program's and those that rulebooks add."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from admin.importing.aggregate_words import load_words
from admin.importing.fact_words import NAMES, WORDS, known_names
from scoring.evidence import PARTS_OF
from scoring.law import Rulebook
from scoring.metric import FactOf
from scoring.supported import FACTS, FactKind
from scoring.texts import say
from surveys.spelling import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFacts:
    """Facts by id; `names` are the folded names in files, each with its id."""

    added: Mapping[str, FactOf]
    names: Mapping[str, str]

    @property
    def kinds(self) -> Mapping[str, FactKind]:
        """What each fact may be."""
        return {**FACTS, **{name: fact.kind for name, fact in self.added.items()}}

    @property
    def parts(self) -> Mapping[str, str]:
        """Part and whole, where a part cannot exceed its whole."""
        own = {name: fact.part_of for name, fact in self.added.items() if fact.part_of}
        return {**PARTS_OF, **own}

    @property
    def known(self) -> str:
        """Every fact by name and id, for a message."""
        own = [f"{fact.text.vi} ({name})" for name, fact in self.added.items()]
        return ", ".join((known_names(), *own))

    def name(self, written: str) -> str:
        """The id of a fact; anything unknown stays as it is."""
        return self.names.get(fold(written), written)

    def value(self, name: str, written: str) -> str:
        """The value as `scoring` reads it."""
        return WORDS.get(fold(written), written) if name == "publicity" else written

    def meaning(self, name: str, language: str) -> str:
        """The fact in words; its id where no rulebook at hand declares it."""
        if name in self.added:
            return self.added[name].text.of(language)
        return say("facts", name, language) if name in FACTS else name


def declared_facts(rulebooks: Iterable[Rulebook]) -> DeclaredFacts:
    """The facts of these rulebooks in addition to the program's; a name of the program's stays its
    own.
    """
    added = dict(load_words().facts)
    added |= {name: fact for book in rulebooks for name, fact in book.facts.items()}
    titles = {
        fold(title): name
        for name, fact in added.items()
        for title in (name, fact.text.vi, fact.text.en, *fact.titles)
    }
    return DeclaredFacts(added=added, names={**titles, **NAMES})
