"""The columns of an answers file: each the id of a question, each cell the id of an option."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from surveys.errors import Refusal
from surveys.form import Form, Kind, Question
from surveys.spelling import fold, tidy

LONGEST_TEXT = 4_000
_FILLERS = re.compile(r"^(?:mau )?(?:phieu ?)?(?:so )?(?=\d+$)")


@dataclass(frozen=True, kw_only=True)
class FormColumns:
    """The questions of the published forms. Accepts both ids and the words citizens see."""

    forms: tuple[Form, ...]

    @cached_property
    def _questions(self) -> Mapping[str, str]:
        """Folded header → question id."""
        named = {
            fold(text): question.id
            for form in self.forms
            for question in form.questions
            for text in question.text.values()
        }
        ids = {question.id for form in self.forms for question in form.questions}
        return named | {fold(one): one for one in ids}

    def check(self, headers: Iterable[str]) -> None:
        """Raises Refusal `answers.unknown_column` for a header that is not a question."""
        for header in headers:
            if fold(header) not in self._questions:
                known = ", ".join(sorted(set(self._questions.values())))
                raise Refusal("answers.unknown_column", header=header, known=known)

    def require_asked(self, rows: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        """Check all (form as written, cells): a column that no form of the file asks is one error,
        not one per row.

        Raises Refusal `answers.column_not_asked`.
        """
        wrong = Counter[str]()
        asked: set[str] = set()
        named: dict[str, str] = {}
        for written, cells in rows:
            forms = self._versions(written)
            for header in (header for header, cell in cells.items() if cell is not None):
                question = self._question_id(header)
                if question is None or not forms:
                    continue
                if any(form.question(question) is not None for form in forms):
                    asked.add(question)
                else:
                    wrong[question] += 1
                    named[question] = f"{header}\0{forms[0].id}"
        for question in wrong.keys() - asked:
            header, form_id = named[question].split("\0")
            params = {"header": header, "form": form_id, "count": wrong[question]}
            raise Refusal("answers.column_not_asked", **params)

    def form(self, text: str, day: date) -> Form:
        """The form named, in the version of that day, else in its first version.

        Raises Refusal `answers.unknown_form`.
        """
        versions = self._versions(text)
        if not text or not versions:
            known = ", ".join(sorted({form.id for form in self.forms}))
            raise Refusal("answers.unknown_form", form=text, known=known)
        valid = [form for form in versions if form.valid_on(day)]
        if valid:
            return max(valid, key=lambda form: form.valid_from)
        return min(versions, key=lambda form: form.valid_from)

    def answers(
        self, form: Form, cells: Mapping[str, object]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Options and texts by question id, in the order of the form; other cells are ignored.

        Raises Refusal `answers.not_asked` or `answers.unknown_option`.
        """
        given = {
            question_id: cell
            for header, cell in cells.items()
            if cell is not None and (question_id := self._question_id(header))
        }
        for question_id in given:
            if form.question(question_id) is None:
                raise Refusal("answers.not_asked", form=form.id, question=question_id)
        options: dict[str, str] = {}
        texts: dict[str, str] = {}
        for question in form.questions:
            cell = given.get(question.id)
            if cell is not None and question.kind is Kind.TEXT:
                texts[question.id] = tidy(str(cell))[:LONGEST_TEXT]
            elif cell is not None:
                options[question.id] = self._option(form, question, cell)
        return options, texts

    def _versions(self, written: str) -> Sequence[Form]:
        """The forms that are named so, looked up once for each way of writing."""
        if written not in self._named:
            short = _short(written)
            self._named[written] = [form for form in self.forms if short in _names(form)]
        return self._named[written]

    def _question_id(self, header: str) -> str | None:
        if header not in self._headers:
            self._headers[header] = self._questions.get(fold(header))
        return self._headers[header]

    def _option(self, form: Form, question: Question, cell: object) -> str:
        words = self._options[form.id, form.version, question.id]
        written = str(cell)
        found = words.get(written) or words.get(fold(written))
        if found is None:
            known = ", ".join(option.id for option in question.options)
            raise Refusal("answers.unknown_option", question=question.id, value=cell, known=known)
        return found

    @cached_property
    def _headers(self) -> dict[str, str | None]:
        """Cache of headers looked up: they are the same in every row."""
        return {}

    @cached_property
    def _named(self) -> dict[str, Sequence[Form]]:
        """Cache of names of forms looked up."""
        return {}

    @cached_property
    def _options(self) -> Mapping[tuple[str, str, str], Mapping[str, str]]:
        """(form, version, question) → folded cell text → option id."""
        return {
            (form.id, form.version, question.id): _words(question)
            for form in self.forms
            for question in form.questions
        }


def _names(form: Form) -> set[str]:
    """The names a file may use for a form: its id, number or title."""
    return {_short(form.id), *map(_short, form.title.values())}


def _short(text: str) -> str:
    """One key for `Mẫu phiếu số 4`, `Phiếu 4` and `phieu4`."""
    return _FILLERS.sub("", fold(text)).replace(" ", "")


def _words(question: Question) -> dict[str, str]:
    """Words of each option; ids win over texts, a spreadsheet's TRUE and FALSE are yes and no."""
    options = question.options
    words = {fold(text): option.id for option in options for text in option.text.values()}
    words |= {fold(option.id): option.id for option in options}
    ids = {option.id for option in options}
    return words | {said: one for said, one in (("true", "yes"), ("false", "no")) if one in ids}
