"""The rules a form must obey so that every question can be asked, answered and counted."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from surveys.form_model import BASE_LANGUAGE, OFFER, Condition, Form, Kind, Question, every_text
from surveys.typed_words import plain

Place = tuple[str | int, ...]
YES_NO = frozenset({"yes", "no"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One error in a form: the refusal's code, its place, and the parameters of the message."""

    code: str
    place: Place
    params: dict[str, str] = field(default_factory=dict)


def faults(form: Form, known_criteria: Collection[str] | None = None) -> Iterator[Fault]:
    """Every error in the form, in the order of the rules; empty if the form can be used."""
    if form.valid_to is not None and form.valid_to < form.valid_from:
        yield Fault("valid_to_first", ("valid_to",), {"value": str(form.valid_to)})
    yield from _language_faults(form)
    yield from _doubled((q.id for q in form.questions), "duplicate_question", ("questions",), "id")
    for number, question in enumerate(form.questions):
        for rule in _QUESTION_RULES:
            yield from rule(question, ("questions", number))
    yield from _condition_faults(form)
    if known_criteria is not None:
        yield from _criterion_faults(form, known_criteria)


def _language_faults(form: Form) -> Iterator[Fault]:
    if BASE_LANGUAGE not in form.languages:
        yield Fault("no_base_language", ("languages",), {"language": BASE_LANGUAGE})
    yield from _doubled(form.languages, "duplicate_language", ("languages",))
    for place, texts in every_text(form):
        if BASE_LANGUAGE not in texts:
            yield Fault("missing_language", place, {"language": BASE_LANGUAGE})
        for language in texts:
            if language not in form.languages:
                yield Fault("unknown_language", (*place, language), {"language": language})


def _doubled(ids: Iterable[str], code: str, place: Place, key: str = "") -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for number, one in enumerate(ids):
        seen[one] += 1
        if seen[one] > 1:
            yield Fault(code, (*place, number, key) if key else (*place, number), {"value": one})


def _id_faults(question: Question, place: Place) -> Iterator[Fault]:
    if question.id == OFFER:
        yield Fault("reserved_question", (*place, "id"), {"value": question.id})
    ids = (option.id for option in question.options)
    yield from _doubled(ids, "duplicate_option", (*place, "options"), "id")


def _option_faults(question: Question, place: Place) -> Iterator[Fault]:
    where, named = (*place, "options"), {"question": question.id}
    if question.kind is Kind.TEXT:
        if question.options:
            yield Fault("text_with_options", where, named)
        return
    answers = {option.id for option in question.options if not option.no_answer}
    if len(answers) < 2:
        yield Fault("too_few_options", where, named)
    elif question.kind is Kind.YES_NO and answers != YES_NO:
        yield Fault("yes_no_options", where, named)


def _word_faults(question: Question, place: Place) -> Iterator[Fault]:
    """Find words that name two options when compared exactly as written: they are ambiguous."""
    owner: dict[tuple[str, str], str] = {}
    for number, option in enumerate(question.options):
        for language in option.text.keys() | option.words.keys():
            own = [option.text.get(language, ""), *option.words.get(language, ())]
            for word, said in zip(own, map(plain, own), strict=True):
                if said and owner.setdefault((language, said), option.id) != option.id:
                    where = (*place, "options", number, "words")
                    yield Fault("duplicate_word", where, {"value": word, "question": question.id})


def _complaint_faults(question: Question, place: Place) -> Iterator[Fault]:
    rule = question.complaint
    if rule is not None and question.option(rule.option) is None:
        named = {"value": rule.option, "question": question.id}
        yield Fault("unknown_complaint_option", (*place, "complaint", "option"), named)


_QUESTION_RULES: tuple[Callable[[Question, Place], Iterator[Fault]], ...] = (
    _id_faults,
    _option_faults,
    _word_faults,
    _complaint_faults,
)


def _condition_faults(form: Form) -> Iterator[Fault]:
    asked: set[str] = set()
    for question in form.order:
        if question.when is not None:
            place = ("questions", form.questions.index(question), "when")
            named = {"question": question.id, "value": question.when.question}
            for code, part, more in _one_condition(form, question.when, asked):
                yield Fault(code, (*place, *part), named | more)
        asked.add(question.id)


def _one_condition(
    form: Form, condition: Condition, asked: Collection[str]
) -> Iterator[tuple[str, Place, dict[str, str]]]:
    earlier = form.question(condition.question)
    if earlier is None:
        yield "unknown_condition", ("question",), {}
    elif earlier.id not in asked:
        yield "forward_condition", ("question",), {}
    elif not condition.among:
        yield "unreachable", ("in",), {}
    else:
        for position, option in enumerate(condition.among):
            if earlier.option(option) is None:
                yield "unknown_condition_option", ("in", position), {"option": option}


def _criterion_faults(form: Form, known: Collection[str]) -> Iterator[Fault]:
    for number, question in enumerate(form.questions):
        if question.criterion is not None and question.criterion not in known:
            named = {"value": question.criterion, "known": ", ".join(sorted(known))}
            yield Fault("unknown_criterion", ("questions", number, "criterion"), named)
