"""Writes the public page with its open data: all files or none."""

import csv
import io
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from admin.closing.mark import marked_json
from admin.kit.formulas import without_formula
from admin.kit.output import plain
from admin.public.data import PublicResults
from admin.public.hidden import HIDDEN
from admin.public.page import FOLDER, PublicPage
from admin.reporting.folder import filled_folder

PAGE, STYLE, DATA = "index.html", "style.css", "du-lieu"
UNITS, ANSWERS, JSON, DICTIONARY = "don-vi.csv", "phieu.csv", "ket-qua.json", "tu-dien.csv"
FILES = {
    UNITS: "by_unit",
    ANSWERS: "answers",
    JSON: "everything",
    DICTIONARY: "dictionary",
}
UNIT_KEYS = ("code", "name", "block", "state", "grade", "total", "reachable", "received")
UNIT_COUNTS = ("dossiers", "responses")
ANSWER_KEYS = ("question", "question_text", "option", "option_text", "count")


def write_public(found: PublicResults, folder: Path, *, office: str, force: bool) -> None:
    """Write the page and its data. Raises as `filled_folder`."""
    page = PublicPage(found=found, office=office, files=FILES)
    with filled_folder(folder, [PAGE, STYLE, DATA], force=force) as made:
        (made / PAGE).write_text(page.html(), "utf-8")
        shutil.copyfile(FOLDER / STYLE, made / STYLE)
        data = made / DATA
        data.mkdir()
        criteria = list(found.result.rulebook.criteria)
        keys = [*UNIT_KEYS, *UNIT_COUNTS, *(f"cs{n}" for n in criteria), *_options(found)]
        _write_csv(data / UNITS, keys, _unit_rows(found))
        _write_csv(data / ANSWERS, ANSWER_KEYS, _answer_rows(found))
        _write_csv(data / DICTIONARY, ("file", "column", "meaning"), _dictionary(page, keys))
        text = json.dumps(_whole(found), ensure_ascii=False, indent=1, default=plain)
        (data / JSON).write_text(f"{text}\n", "utf-8")


def _options(found: PublicResults) -> list[str]:
    asked = found.satisfaction
    return [f"satisfaction_{option}" for option in asked.counts] if asked else []


def _unit_rows(found: PublicResults) -> Iterator[Mapping[str, object]]:
    for unit in found.units:
        keys = (*UNIT_KEYS, *UNIT_COUNTS)
        answers = {f"satisfaction_{option}": count for option, count in unit.answers.items()}
        points = {f"cs{number}": value for number, value in unit.points.items()}
        yield {key: getattr(unit, key) for key in keys} | points | answers


def _answer_rows(found: PublicResults) -> Iterator[Mapping[str, object]]:
    for asked in found.questions:
        for option, count in asked.counts.items():
            texts = {"question_text": asked.text, "option_text": asked.options[option]}
            yield {"question": asked.id, "option": option, "count": count, **texts}


def _dictionary(page: PublicPage, keys: Sequence[str]) -> Iterator[Mapping[str, object]]:
    """What each column means, and the values that a cell without a number has."""
    found = page.found
    criteria = found.result.rulebook.criteria
    language = found.phrases.language
    for key in keys:
        if key.startswith("cs") and key[2:] in criteria:
            meaning = criteria[key[2:]].name.of(language)
        elif key.startswith("satisfaction_") and found.satisfaction is not None:
            option = found.satisfaction.options[key.removeprefix("satisfaction_")]
            meaning = f"{found.satisfaction.text} – {option}"
        else:
            meaning = page.text(f"meanings.{key}")
        yield {"file": UNITS, "column": key, "meaning": meaning}
    for key in ANSWER_KEYS:
        yield {"file": ANSWERS, "column": key, "meaning": page.text(f"meanings.{key}")}
    for sign, key in ((HIDDEN.value, "hidden"), ("", "unknown")):
        yield {"file": "*", "column": sign, "meaning": page.text(f"meanings.{key}")}


def _whole(found: PublicResults) -> dict[str, object]:
    """The same figures for programs; a hidden cell is `"*"`, an unknown one null."""
    return {
        "period": found.result.period.as_json(),
        **marked_json(found.result.mark),
        "rulebook": found.result.rulebook.id,
        "hidden_below": found.below,
        "simulated": found.simulated,
        "units": [_plain(row) for row in _unit_rows(found)],
        "means": _plain(found.means),
        "answers": [_plain(row) for row in _answer_rows(found)],
    }


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {key: _value(value) for key, value in row.items()}


def _value(value: object) -> object:
    return HIDDEN.value if value is HIDDEN else value


def _write_csv(file: Path, keys: Sequence[str], rows: Iterator[Mapping[str, object]]) -> None:
    """CSV that a spreadsheet opens with names whole and no text as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    for row in rows:
        writer.writerow([without_formula(plain(_value(row.get(key)))) for key in keys])
    file.write_text(text.getvalue(), "utf-8-sig", newline="")
