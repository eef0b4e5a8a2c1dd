"""Forms as data: what is taken, what is refused and where, and what a published version means."""

from datetime import date
from pathlib import Path

import pytest

from surveys.errors import Refusal
from surveys.form import (
    Form,
    check,
    checksum,
    current,
    in_language,
    key_of,
    load_folder,
    load_form,
    missing_translations,
    same_version_changed,
    shipped_forms,
    version_for,
)
from surveys.texts import LANGUAGES, Catalog

GOOD = """\
id: example
version: 1
title: {vi: Phiếu mẫu, en: Example}
source: Nghị định 61/2018/NĐ-CP Điều 31
valid_from: 2021-01-01
languages: [vi, en]
questions:
  - id: satisfaction
    kind: choice
    short: true
    text: {vi: "Ông/Bà có hài lòng không?", en: "Are you satisfied?"}
    options:
      - id: satisfied
        best: true
        text: {vi: Hài lòng, en: Satisfied}
      - id: unsatisfied
        text: {vi: Chưa hài lòng, en: Not satisfied}
  - id: reason
    kind: text
    short: true
    when: {question: satisfaction, in: [unsatisfied]}
    text: {vi: "Vì sao ạ?", en: "Why?"}
  - id: conduct
    kind: yes_no
    criterion: 7
    complaint: {kind: conduct, option: yes}
    text: {vi: "Có bị phiền hà không?", en: "Any trouble?"}
    options:
      - {id: no, text: {vi: Không, en: "No"}}
      - {id: yes, text: {vi: Có, en: "Yes"}}
"""
LOCALES = Path(__file__).parents[3] / "admin" / "locales"

BAD = {
    "broken_yaml": ("title: {vi: Phiếu mẫu", "title: {vi: Phiếu: mẫu: [", 3, ""),
    "alias": ("id: reason", "id: &x reason\n    criterion: *x", 19, "x"),
    "duplicate_key": ("version: 1", "version: 1\nversion: 2", 3, "version"),
    "missing_key": ("source: Nghị định 61/2018/NĐ-CP Điều 31\n", "", 1, "source"),
    "unknown_key": ("short: true\n    when", "shrot: true\n    when", 20, "questions[2].shrot"),
    "bad_kind": ("kind: text", "kind: essay", 19, "questions[2].kind"),
    "bad_flag": ("best: true", "best: maybe", 14, "questions[1].options[1].best"),
    "bad_date": ("2021-01-01", "01/01/2021", 5, "valid_from"),
    "bad_id": ("id: reason", "id: lý do", 18, "questions[2].id"),
    "bad_language": ("languages: [vi, en]", "languages: [vi, EN]", 6, "languages[2]"),
    "not_by_language": ("title: {vi: Phiếu mẫu, en: Example}", "title: Phiếu", 3, "title"),
    "not_a_list": ("languages: [vi, en]", "languages: vi", 6, "languages"),
    "not_a_mapping": ("{question: satisfaction, in: [unsatisfied]}", "unsatisfied", 21, "when"),
    "empty": ("en: Not satisfied", "en: ", 17, "questions[1].options[2].text.en"),
    "too_long": ("vi: Phiếu mẫu", f"vi: {'dài ' * 300}", 3, "title.vi"),
    "valid_to_first": ("valid_from:", "valid_to: 2020-12-31\nvalid_from:", 5, "valid_to"),
    "no_base_language": ("languages: [vi, en]", "languages: [en]", 6, "languages"),
    "duplicate_language": ("[vi, en]", "[vi, en, vi]", 6, "languages[3]"),
    "missing_language": ('{vi: "Vì sao ạ?", en:', "{en:", 22, "questions[2].text"),
    "unknown_language": ("en: Satisfied", "fr: Satisfait", 15, "questions[1].options[1].text.fr"),
    "duplicate_question": ("id: conduct\n", "id: reason\n", 23, "questions[3].id"),
    "reserved_question": ("id: reason", "id: offer", 18, "questions[2].id"),
    "duplicate_option": ("id: unsatisfied", "id: satisfied", 16, "questions[1].options[2].id"),
    "text_with_options": ("kind: choice", "kind: text", 12, "questions[1].options"),
    "too_few_options": ("best: true", "no_answer: true", 12, "questions[1].options"),
    "yes_no_options": ("{id: no, text", "{id: none, text", 28, "questions[3].options"),
    "duplicate_word": ("vi: Chưa hài lòng", "vi: hài lòng!", 16, "questions[1].options[2].words"),
    "unknown_complaint_option": ("option: yes", "option: sure", 26, "complaint.option"),
    "unknown_condition": ("question: satisfaction,", "question: mood,", 21, "when.question"),
    "forward_condition": (
        "{question: satisfaction, in: [unsatisfied]}",
        "{question: conduct, in: [yes]}",
        21,
        "when.question",
    ),
    "unreachable": ("in: [unsatisfied]", "in: []", 21, "questions[2].when.in"),
    "unknown_condition_option": ("in: [unsatisfied]", "in: [sad]", 21, "when.in[1]"),
    "unknown_criterion": ("criterion: 7", "criterion: 70", 25, "questions[3].criterion"),
}
"""Code → what is put in place of what in the good form, and the line and key to be named."""


def written(folder: Path, text: str, name: str = "form.yaml") -> Path:
    """The form in a file."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refused(path: Path) -> Refusal:
    """The refusal of the form in this file."""
    with pytest.raises(Refusal) as caught:
        load_form(path, known_criteria={"1", "7"})
    return caught.value


def test_the_good_form_is_taken(tmp_path: Path) -> None:
    """The form the bad ones are made of is fine."""
    form = load_form(written(tmp_path, GOOD), known_criteria={"7"})
    assert [question.id for question in form.order] == ["satisfaction", "reason", "conduct"]
    assert form.version == "1"
    assert form.valid_from == date(2021, 1, 1)
    check(form, {"7"})


@pytest.mark.parametrize(("code", "change"), BAD.items(), ids=list(BAD))
def test_a_bad_form_is_refused_with_its_place(
    tmp_path: Path, code: str, change: tuple[str, str, int, str]
) -> None:
    """Each mistake is named by its code, file, line and key."""
    good, bad, line, key = change
    assert good in GOOD
    path = written(tmp_path, GOOD.replace(good, bad, 1))
    refusal = refused(path)
    assert refusal.code == f"forms.{code}"
    assert refusal.params["file"] == str(path)
    assert refusal.params["line"] == line
    assert str(refusal.params.get("key", "")).endswith(key)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "change"), BAD.items(), ids=list(BAD))
def test_every_refusal_reads_as_a_sentence(
    tmp_path: Path, language: str, code: str, change: tuple[str, str, int, str]
) -> None:
    """In both languages there is a text that takes the refusal's parameters and names the line."""
    path = written(tmp_path, GOOD.replace(change[0], change[1], 1))
    refusal = refused(path)
    template = Catalog.load(LOCALES, language).texts[f"errors.{refusal.code}"]
    text = template.format(**refusal.params)
    assert text.startswith(f"{path}:{change[2]}:")
    assert text.endswith((".", "docs/forms.md."))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "a: [1, 2", "\x00", "? [a]\n: b"])
def test_what_is_no_form_at_all_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing but a Refusal comes out of any file."""
    assert refused(written(tmp_path, text)).code.startswith("forms.")


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are no UTF-8 are refused."""
    assert refused(tmp_path / "none.yaml").code == "forms.missing_file"
    assert refused(tmp_path).code == "forms.missing_file"
    (tmp_path / "latin.yaml").write_bytes("tên: phiếu".encode("utf-16-le"))
    assert refused(tmp_path / "latin.yaml").code == "forms.broken_yaml"


def test_a_form_in_memory_is_checked_too(tmp_path: Path) -> None:
    """check() finds what load_form() finds, without a line."""
    form = load_form(written(tmp_path, GOOD))
    with pytest.raises(Refusal, match="unknown_criterion"):
        check(form, {"1"})


def test_yes_and_no_are_words_not_booleans(tmp_path: Path) -> None:
    """Ids written yes, no, on or 1 are kept as they are written."""
    form = load_form(written(tmp_path, GOOD))
    conduct = form.question("conduct")
    assert conduct is not None
    assert [option.id for option in conduct.options] == ["no", "yes"]


def test_a_missing_translation_falls_back_and_is_listed(tmp_path: Path) -> None:
    """Without English the Vietnamese text is shown, and the place is listed."""
    form = load_form(written(tmp_path, GOOD.replace(', en: "Why?"', "")))
    reason = form.question("reason")
    assert reason is not None
    assert in_language(reason.text, "en") == "Vì sao ạ?"
    places = [(key_of(place), language) for place, language in missing_translations(form)]
    assert places == [("questions[2].text", "en")]


def test_the_checksum_is_of_what_is_said(tmp_path: Path) -> None:
    """Comments, order of keys and quotes do not count; a word does; NFD is NFC."""
    form = load_form(written(tmp_path, GOOD))
    same = GOOD.replace("id: example\nversion: 1", "# note\nversion: '1'\nid: example")
    assert checksum(load_form(written(tmp_path, same))) == checksum(form)
    other = load_form(written(tmp_path, GOOD.replace("Vì sao ạ", "Tại sao ạ")))
    assert checksum(other) != checksum(form)


def test_a_published_version_is_immutable(tmp_path: Path) -> None:
    """The same version with other words has changed; another version has not."""
    form = load_form(written(tmp_path, GOOD))
    registered = {(form.id, form.version): checksum(form)}
    changed = load_form(written(tmp_path, GOOD.replace("Vì sao ạ", "Tại sao ạ")))
    newer = load_form(written(tmp_path, GOOD.replace("version: 1", "version: 2")))
    assert not same_version_changed(registered, form)
    assert same_version_changed(registered, changed)
    assert not same_version_changed(registered, newer)
    assert not same_version_changed({}, form)


def test_a_stored_form_comes_back_the_same(tmp_path: Path) -> None:
    """What the store keeps of a form reads back with the same checksum and order."""
    form = load_form(written(tmp_path, GOOD))
    kept = form.model_dump_json(by_alias=True, exclude_defaults=True)
    again = Form.model_validate_json(kept)
    assert checksum(again) == checksum(form)
    assert [question.id for question in again.order] == [question.id for question in form.order]


def test_the_current_version_is_the_valid_one_that_came_last(tmp_path: Path) -> None:
    """A version begins on its first day and ends after its last."""
    written(tmp_path, GOOD.replace("valid_from:", "valid_to: 2021-12-31\nvalid_from:"), "1.yaml")
    newer = GOOD.replace("version: 1", "version: 2").replace("2021-01-01", "2021-06-01")
    written(tmp_path, newer, "2.yaml")
    forms = load_folder(tmp_path)
    assert current(forms, "example", date(2021, 5, 31)).version == "1"
    assert current(forms, "example", date(2021, 6, 1)).version == "2"
    for form_id, day in (("example", date(2020, 12, 31)), ("other", date(2021, 6, 1))):
        with pytest.raises(Refusal, match=r"forms\.unknown"):
            current(forms, form_id, day)


def test_a_version_stands_in_one_file_only(tmp_path: Path) -> None:
    """Two files with the same id and version are refused."""
    for name in ("a.yaml", "b.yaml"):
        written(tmp_path, GOOD, name)
    with pytest.raises(Refusal, match=r"forms\.twice"):
        load_folder(tmp_path)


def test_the_shipped_forms() -> None:
    """Four forms, fully translated, with their legal source."""
    forms = shipped_forms()
    assert {form.id for form in forms} == {"counter", "phieu4", "phieu5", "zalo-rating"}
    for form in forms:
        assert missing_translations(form) == []
        decree = "118/2025" if form.valid_from >= date(2025, 7, 1) else "61/2018"
        assert f"Nghị định {decree}/NĐ-CP" in form.source


def test_the_shipped_forms_are_read_once() -> None:
    """A page that asks for them does not read the files for each visitor."""
    assert shipped_forms() is shipped_forms()


def test_phieu5_has_the_ids_scripts_depend_on() -> None:
    """Question and option ids in the order they are asked, and the four of the short path."""
    form = current(shipped_forms(), "phieu5", date(2021, 6, 1))
    ids = {question.id: [option.id for option in question.options] for question in form.questions}
    assert ids == {
        "satisfaction": ["very", "satisfied", "unsatisfied"],
        "on_time": ["early", "on_time", "late", "unknown"],
        "contacts": ["none", "once", "many"],
        "contacts_own_fault": ["yes", "no"],
        "agencies": ["none", "one_stop", "many"],
        "agencies_field_check": ["yes", "no"],
        "publicity": ["both", "one", "poor", "unknown"],
        "conduct": ["no", "yes"],
        "complaint": ["none", "answered_on_time", "answered_late", "unanswered"],
        "extra_cost": ["no", "yes", "decline"],
        "filing": ["in_person", "online_self", "online_assisted", "post"],
        "comment": [],
    }
    always = [q.id for q in form.order if q.short and q.when is None]
    assert always == ["satisfaction", "contacts", "agencies", "conduct"]


def test_phieu5_follows_the_decree_from_its_day_on() -> None:
    """NĐ 118/2025 Điều 33 khoản 1 in its order, legality asked; every older id is still there."""
    old = version_for(shipped_forms(), "phieu5", date(2025, 6, 30))
    new = version_for(shipped_forms(), "phieu5", date(2025, 7, 1))
    assert (old.version, new.version) == ("1", "2")
    assert version_for(shipped_forms(), "phieu5", date(2000, 1, 1)) == old
    contents = [q.id for q in new.questions if q.when is None][1:-1]
    assert contents == [
        *("on_time", "agencies", "contacts", "publicity", "conduct"),
        *("legality", "extra_cost", "complaint", "filing"),
    ]
    assert [q.id for q in new.order if q.short and q.when is None] == [
        *("satisfaction", "agencies", "contacts", "conduct")
    ]
    for question in old.questions:
        now = new.question(question.id)
        assert now is not None
        assert {one.id for one in question.options} <= {one.id for one in now.options}


def test_questions_shared_by_phieu4_and_phieu5_mean_the_same() -> None:
    """The same id has the same options and criterion, so that both count together."""
    four, five = (current(shipped_forms(), name, date(2021, 6, 1)) for name in ("phieu4", "phieu5"))
    shared = [q for q in four.questions if five.question(q.id)]
    assert len(shared) >= 8
    for question in shared:
        other = five.question(question.id)
        assert other is not None
        assert [o.id for o in question.options] == [o.id for o in other.options]
        assert question.criterion == other.criterion
        assert question.complaint == other.complaint
