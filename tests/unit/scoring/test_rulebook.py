"""Tests of `scoring.rulebook` and the models in `scoring.law`."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from scoring.bands import Bands
from scoring.errors import Refusal
from scoring.law import Rulebook
from scoring.rulebook import (
    SHIPPED,
    applicable,
    diff,
    find_rulebook,
    load_rulebook,
    load_rulebooks,
    refuse_overlaps,
    shipped_rulebooks,
    with_choices,
)
from tests.unit.scoring.district import refusal_of
from tests.unit.scoring.district import tt01 as shared

Edited = Callable[[str, str], Path]
TT01 = (SHIPPED / "tt01-2018.yaml").read_text("utf-8")


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A function that writes tt01-2018 with one text replaced."""

    def write(old: str, new: str) -> Path:
        assert TT01.count(old) >= 1
        path = tmp_path / "tt01-2018.yaml"
        path.write_text(TT01.replace(old, new, 1), "utf-8")
        return path

    return write


def refused(path: Path) -> Refusal:
    return refusal_of(lambda: load_rulebook(path))


def line_of(text: str) -> int:
    return TT01[: TT01.index(text)].count("\n") + 1


def tt01() -> Rulebook:
    return find_rulebook("tt01-2018")


def tt01_grades() -> Bands:
    grades = tt01().grades
    assert grades
    return grades


@pytest.mark.parametrize(
    ("criterion", "outcome", "points"),
    [
        ("1", "early", 2),
        ("1", "same_day", 1),
        ("1", "late", 0),
        ("1", "no_due_date", None),
        ("2", "early", 2),
        ("2", "same_day", 1),
        ("2", "late", 0),
        ("2", "no_due_date", None),
        ("3", "none", 2),
        ("3", "once", 1),
        ("3", "many", 0),
        ("3", "many_own_fault", 1),
        ("4", "none", 2),
        ("4", "one_stop", 1),
        ("4", "many", 0),
        ("4", "many_field_check", 1),
        ("5", "on_the_spot", 2),
        ("5", "all_at_one_stop", 1),
        ("5", "not_all_at_one_stop", 0),
        ("6", "both", 2),
        ("6", "one", 1),
        ("6", "poor", 0),
        ("7", "complaint", 0),
        ("7", "early", 2),
        ("7", "same_day", 1),
        ("7", "late", 0),
        ("7", "no_due_date", None),
        ("8", "no_complaints", 2),
        ("8", "all_on_time", 2),
        ("8", "most_on_time", 1),
        ("8", "too_few_on_time", 0),
        ("8", "prolonged", 0),
        ("9", "full", 2),
        ("9", "deployment_gap", 1),
        ("9", "partial", 1),
        ("9", "low_share", 0),
        ("9", "none_deployed", 0),
        ("9", "unresolved_or_late", 0),
    ],
)
def test_points_of_the_circular(criterion: str, outcome: str, points: int | None) -> None:
    """tt01-2018 gives every case the points of Điều 13, and its default for every gap."""
    assert tt01().points(criterion, outcome) == points


@pytest.mark.parametrize(
    ("criterion", "name", "limits"),
    [
        ("5", "onspot_share", {"tinh": "0.2", "huyen": "0.5", "xa": "1"}),
        ("8", "on_time_share", dict.fromkeys(("tinh", "huyen", "xa"), "0.9")),
        ("9", "deployed_share", dict.fromkeys(("tinh", "huyen", "xa"), "0.2")),
        ("9", "online_share_full", dict.fromkeys(("tinh", "huyen", "xa"), "0.3")),
        ("9", "online_share_partial", dict.fromkeys(("tinh", "huyen", "xa"), "0.15")),
    ],
)
def test_limits_by_level(criterion: str, name: str, limits: dict[str, str]) -> None:
    """The limits of CS 5, 8 and 9 are given per level of government."""
    found = {level: tt01().threshold(criterion, name, level) for level in limits}
    assert found == {level: Decimal(limit) for level, limit in limits.items()}


def test_levels_are_what_the_rulebook_lists(tmp_path: Path) -> None:
    """Two tiers are another list; a limit for all alike then holds for these two."""
    two_tiers = TT01.replace("levels: [tinh, huyen, xa]", "levels: [tinh, xa]")
    path = tmp_path / "two.yaml"
    path.write_text(two_tiers.replace("huyen: 0.5, ", ""), "utf-8")
    rulebook = load_rulebook(path)
    assert rulebook.threshold("8", "on_time_share", "xa") == Decimal("0.9")
    refusal = refusal_of(lambda: rulebook.threshold("8", "on_time_share", "huyen"))
    assert refusal.params == {"level": "huyen", "known": "tinh, xa"}
    path.write_text(two_tiers, "utf-8")
    assert refused(path).code == "rulebooks.levels"
    path.write_text(TT01.replace("levels: [tinh, huyen, xa]\n", ""), "utf-8")
    assert load_rulebook(path).levels == ("tinh", "huyen", "xa")


def test_unknown_level_is_refused() -> None:
    """A level of government that the rulebook does not know is refused by name."""
    refusal = refusal_of(lambda: tt01().threshold("5", "onspot_share", "bo"))
    assert refusal.code == "rulebooks.unknown_level"
    assert refusal.params == {"level": "bo", "known": "tinh, huyen, xa"}


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("18", "xuat_sac"),
        ("15", "xuat_sac"),
        ("14.9", "tot"),
        ("12", "tot"),
        ("11.9", "kha"),
        ("9", "kha"),
        ("8.9", "trung_binh"),
        ("6", "trung_binh"),
        ("5.9", "yeu"),
        ("0", "yeu"),
    ],
)
def test_unit_grades(total: str, grade: str) -> None:
    """A unit is graded at 15, 12, 9 and 6, the limit itself included (Điều 15.3b)."""
    assert tt01_grades().of(Decimal(total)).id == grade


def test_grade_names_are_those_of_the_law() -> None:
    """The grades carry the Vietnamese names of the circular."""
    names = [band.name.of("vi") for band in tt01().grade_bands]
    assert names == ["Xuất sắc", "Tốt", "Khá", "Trung bình", "Yếu"]


def test_chosen_policies() -> None:
    """tt01-2018 settles every open question with the default agreed in the design."""
    assert {name: policy.chosen for name, policy in tt01().policies.named()} == {
        "no_due_date": "leave_out",
        "steps": "worst",
        "own_fault_points": "1",
        "field_check_points": "1",
        "late_without_complaint": "0",
        "publicity_source": "fact",
        "deployment_gap_points": "1",
        "dossier_period": "returned_at",
        "minimum_criteria": "5",
        "officials_minimum": "3",
        "missing_criteria": "keep_thresholds",
        "rounding": "half_up",
        "points_digits": "1",
        "mean_digits": "2",
        "share_digits": "0",
        "weak_below": "1.3",
        "widest_interval": "0.2",
        "printed": "sum_of_criterion_means",
        "due_basis": "original",
        "exclude_states": "ended",
        "attribution": "by_criterion",
        "mergers": "summed",
    }


@pytest.mark.parametrize(
    ("policy", "choice", "expected"),
    [
        ("no_due_date", "on_time", {("1", "no_due_date"): 1, ("2", "no_due_date"): 1}),
        ("no_due_date", "on_time", {("7", "no_due_date"): 1}),
        ("own_fault_points", "2", {("3", "many_own_fault"): 2}),
        ("own_fault_points", "leave_out", {("3", "many_own_fault"): None}),
        ("field_check_points", "0", {("4", "many_field_check"): 0}),
        ("late_without_complaint", "ignore_time", {("7", "late"): 2, ("7", "same_day"): 2}),
        ("late_without_complaint", "ignore_time", {("7", "no_due_date"): 2}),
        ("late_without_complaint", "ignore_time", {("7", "complaint"): 0}),
        ("deployment_gap_points", "0", {("9", "deployment_gap"): 0}),
    ],
)
def test_another_choice_changes_the_points(
    policy: str, choice: str, expected: dict[tuple[str, str], int | None], edited: Edited
) -> None:
    """A policy set otherwise gives its cases other points, with no change of code."""
    start = TT01.index(f"  {policy}:\n")
    chosen = TT01[TT01.index("    chosen:", start) :].split("\n", 1)[0]
    old = TT01[start : TT01.index(chosen, start) + len(chosen)]
    rulebook = load_rulebook(edited(old, old.replace(chosen, f'    chosen: "{choice}"')))
    assert {case: rulebook.points(*case) for case in expected} == expected


def test_checksum_is_of_the_file() -> None:
    """A rulebook carries the SHA-256 of its file."""
    expected = hashlib.sha256((SHIPPED / "tt01-2018.yaml").read_bytes()).hexdigest()
    assert tt01().checksum == expected
    assert tt01().base_checksum is None


def test_extending_rulebook_keeps_what_it_does_not_say() -> None:
    """dam-rong-2020 differs from tt01-2018 in CS 7's time clause and in its digits only."""
    local = find_rulebook("dam-rong-2020")
    named = {"id", "scope", "source", "title.en", "title.vi", "valid_from", "valid_to"}
    rules = [entry for entry in diff(tt01(), local) if entry.key not in named]
    assert [entry for entry in rules if not entry.key.endswith(".source")] == [
        ("policies.late_without_complaint.chosen", "0", "ignore_time"),
        ("policies.points_digits.chosen", "1", "2"),
    ]
    assert local.base_checksum == tt01().checksum
    assert local.round_points(Decimal("1.385")) == Decimal("1.39")


def test_diff_of_a_rulebook_with_itself_is_empty() -> None:
    """A rulebook does not differ from itself."""
    assert diff(tt01(), tt01()) == []


def test_diff_names_keys_only_one_has(edited: Edited) -> None:
    """A choice that one rulebook lacks is listed with None on its side."""
    smaller = load_rulebook(edited('      "3": {text: {vi: 3 chỉ số, en: 3 criteria}}\n', ""))
    key = "policies.minimum_criteria.choices.3.text.en"
    assert (key, "3 criteria", None) in diff(tt01(), smaller)


def test_diff_compares_values(edited: Edited) -> None:
    """Items of lists are compared one by one; null is an empty text, not an absent key."""
    stricter = load_rulebook(edited("id: tot, points: 12", "id: tot, points: 12.5"))
    assert diff(tt01(), stricter) == [("grades.bands.1.points", "12", "12.5")]
    open_ended = load_rulebook(edited("valid_to: 2025-06-30", "valid_to: null"))
    assert diff(open_ended, tt01()) == [("valid_to", "", "2025-06-30")]


def test_two_national_rulebooks_on_one_day_are_refused(edited: Edited) -> None:
    """Two national rulebooks that share a day are refused with both places."""
    later = load_rulebook(edited("id: tt01-2018", "id: tt99-2025"))
    refusal = refusal_of(lambda: refuse_overlaps([tt01(), later, later]))
    params = refusal.params
    assert params["day"] == "2019-01-06"
    assert refusal.code == "rulebooks.overlap"
    assert (params["one"], params["other"]) == ("tt01-2018", "tt99-2025")
    line = line_of("valid_from: 2019-01-06")
    assert (params["one_line"], params["other_line"]) == (line, line)
    assert params["other_file"] == later.place.file


def test_a_rulebook_that_ends_before_the_next_begins_does_not_overlap() -> None:
    """Validity that ends the day before another begins is no overlap; the day itself is."""
    ended = tt01()
    after = ended.model_copy(update={"id": "b", "valid_from": date(2025, 7, 1), "valid_to": None})
    refuse_overlaps([ended, after])
    same_day = after.model_copy(update={"valid_from": date(2025, 6, 30)})
    with pytest.raises(Refusal):
        refuse_overlaps([ended, same_day])
    local = find_rulebook("dam-rong-2020")
    refuse_overlaps([tt01(), local])


LATER = TT01.replace("id: tt01-2018", "id: later").replace("ends: 2025-06-30", "ends: null")
AFTER = LATER.replace("valid_from: 2019-01-06", "valid_from: 2025-07-01")


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (date(2015, 1, 1), date(2015, 3, 31), "tt01-2018"),
        (date(2021, 3, 15), date(2021, 6, 14), "tt01-2018"),
        (date(2025, 6, 1), date(2025, 6, 30), "tt01-2018"),
        (date(2025, 7, 1), date(2025, 7, 31), "later"),
        (date(2031, 1, 1), date(2031, 12, 31), "later"),
    ],
)
def test_the_rulebook_of_a_period(tmp_path: Path, first: date, last: date, wanted: str) -> None:
    """The national one in force; before the first and after the last of them, that one."""
    path = tmp_path / "later.yaml"
    path.write_text(AFTER.replace("valid_to: 2025-06-30", "valid_to: 2030-12-31"), "utf-8")
    every = [load_rulebook(path), tt01()]
    assert applicable(every, first, last).id == wanted


def test_a_period_across_a_change_is_refused_with_both_names(tmp_path: Path) -> None:
    """Neither half is rated by the other's rules; the day of the change is told."""
    path = tmp_path / "later.yaml"
    path.write_text(AFTER.replace("valid_to: 2025-06-30", "valid_to: null"), "utf-8")
    every = [load_rulebook(path), tt01()]
    refusal = refusal_of(lambda: applicable(every, date(2025, 6, 15), date(2025, 9, 14)))
    assert refusal.code == "rulebooks.across_change"
    assert refusal.params == {"one": "tt01-2018", "other": "later", "day": "2025-07-01"}


def test_two_rulebooks_for_one_day_are_refused(tmp_path: Path) -> None:
    """Nobody can say which of them rates."""
    path = tmp_path / "later.yaml"
    path.write_text(LATER, "utf-8")
    every = [load_rulebook(path), *shipped_rulebooks()]
    refusal = refusal_of(lambda: applicable(every, date(2021, 3, 15), date(2021, 6, 14)))
    assert refusal.code == "rulebooks.overlap"


def test_a_basis_ends_and_a_local_decision_keeps_the_rulebook() -> None:
    """NĐ 61/2018 was in force until 30/6/2025; a rulebook that extends another inherits that."""
    kept = tt01().model_copy(update={"local_decision": "QĐ 12/QĐ-UBND"})
    last, next_day = date(2025, 6, 30), date(2025, 7, 1)
    assert (tt01().basis_ended(last), tt01().basis_ended(next_day)) == (False, True)
    assert (kept.basis_ended(next_day), kept.outlives_basis(next_day)) == (False, True)
    assert find_rulebook("dam-rong-2020").basis_ended(next_day)


def test_a_shipped_rulebook_is_found_by_the_name_of_its_file() -> None:
    """So looking one up reads no other."""
    assert {path.stem for path in SHIPPED.glob("*.yaml")} == {b.id for b in shipped_rulebooks()}


def test_shipped_rulebooks_do_not_overlap() -> None:
    """What we ship has at most one national rulebook a day."""
    refuse_overlaps(shipped_rulebooks())
    assert [rulebook.id for rulebook in shipped_rulebooks()] == SHIPPED_IDS


@pytest.mark.parametrize(
    ("day", "wanted"), [(date(2025, 6, 30), "tt01-2018"), (date(2025, 7, 1), "nd118-2025")]
)
def test_the_decree_changes_on_1_july_2025(day: date, wanted: str) -> None:
    """NĐ 118/2025 follows NĐ 61/2018; a quarter across that day is refused with both names."""
    assert applicable(shipped_rulebooks(), day, day).id == wanted
    quarter = (date(2025, 6, 15), date(2025, 9, 14))
    refusal = refusal_of(lambda: applicable(shipped_rulebooks(), *quarter))
    assert refusal.params == {"one": "tt01-2018", "other": "nd118-2025", "day": "2025-07-01"}


def test_unknown_rulebook_names_the_known() -> None:
    """Asking for an unknown id is answered with the ids there are."""
    refusal = refusal_of(lambda: find_rulebook("tt02"))
    assert refusal.params == {"id": "tt02", "known": ", ".join(SHIPPED_IDS)}
    refusal = refusal_of(lambda: find_rulebook("tt02", [tt01()]))
    assert refusal.params == {"id": "tt02", "known": "tt01-2018"}


def test_one_id_in_two_files_is_refused(tmp_path: Path) -> None:
    """Two files of a folder may not carry the same id."""
    (tmp_path / "a.yaml").write_text(TT01, "utf-8")
    (tmp_path / "b.yaml").write_text(TT01, "utf-8")
    refusal = refusal_of(lambda: load_rulebooks(tmp_path))
    assert refusal.code == "rulebooks.id_twice"
    assert refusal.params["id"] == "tt01-2018"


SHIPPED_IDS = ["dam-rong-2020", "nd118-2025", "qd766-2022", "tt01-2018"]
EARLY = "criteria.1.outcomes.early"
BROKEN = [
    ("version: 1\n", "version: none\n", "bad_value", "version"),
    ("version: 1\n", "version: 0\n", "bad_value", "version"),
    ("max_points: 2\n", "max_points: 0\n", "bad_value", "max_points"),
    ("valid_from: 2019-01-06", "valid_from: 2019-02-30", "bad_value", "valid_from"),
    ("valid_to: 2025-06-30", "valid_to: 2018-12-31", "valid_to_before_from", "valid_to"),
    ("publicity: last", "publicity: sum", "fact_rule", "facts_of_parts"),
    ("  onestop_share: last", "  onestop: last", "fact_unknown", "facts_of_parts"),
    ("dossiers_total: sum", "dossiers_total: most", "bad_value", "facts_of_parts.dossiers_total"),
    ("id: tt01-2018", "id: TT 01", "bad_value", "id"),
    ("scope: national", "scope: regional", "bad_value", "scope"),
    ("early: {points: 2,", "early: {points: 1.005,", "points_step", f"{EARLY}.points"),
    ("early: {points: 2,", "early: {points: -1,", "bad_value", f"{EARLY}.points"),
    ("early: {points: 2,", "early: {points: .nan,", "bad_value", f"{EARLY}.points"),
    ("early: {points: 2,", "early: {pionts: 2,", "missing_key", f"{EARLY}.points"),
    ("early: {points: 2,", "early: {extra: 1, points: 2,", "unknown_key", f"{EARLY}.extra"),
    ("tinh: 0.2,", "tinh: 1.2,", "bad_value", "criteria.5.thresholds.onspot_share.tinh"),
    ("{tinh: 0.2, huyen", "{huyen", "levels", "criteria.5.thresholds.onspot_share"),
    ("- {id: tot, points: 12,", "- {id: tot, points: 16,", "bands_order", "grades.bands"),
    ("- {id: yeu, points: 0,", "- {id: yeu, points: 1,", "bands_order", "grades.bands"),
    ("chosen: leave_out", "chosen: skip", "policy_choice", "policies.no_due_date"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "key"), BROKEN)
def test_broken_value_is_refused_with_its_place(
    old: str, new: str, code: str, key: str, edited: Edited
) -> None:
    """An invalid value is refused with file and key."""
    path = edited(old, new)
    refusal = refused(path)
    assert refusal.code == f"rulebooks.{code}"
    assert refusal.params["file"] == str(path)
    assert refusal.params["key"] == key
    if code in {"levels", "points_step"}:
        assert (
            refusal.params["detail"] == {"levels": "tinh, huyen, xa", "points_step": "0.01"}[code]
        )


def test_rounding_is_a_policy() -> None:
    """Points, means and shares are rounded the way the rulebook chose."""
    cut = shared(rounding="truncate", share_digits="1", mean_digits="3")
    assert str(cut.round_points(Decimal("1.39"))) == "1.3"
    assert str(cut.round_mean(Decimal("1.3999"))) == "1.399"
    assert str(cut.round_share(Decimal("46.19"))) == "46.1"
    assert str(tt01().round_share(Decimal("46.5"))) == "47"


def test_policies_settled_otherwise() -> None:
    """Other choices make another rulebook with the same text; the first stays as it was."""
    changed = with_choices(tt01(), {"no_due_date": "on_time", "printed": "unit_mean"})
    assert diff(tt01(), changed) == [
        ("policies.no_due_date.chosen", "leave_out", "on_time"),
        ("policies.printed.chosen", "sum_of_criterion_means", "unit_mean"),
    ]
    assert changed.points("1", "no_due_date") == 1
    assert changed.checksum == tt01().checksum
    assert with_choices(changed, {"minimum_criteria": "3"}).minimum_criteria == 3


def test_unknown_policy_or_choice_is_refused() -> None:
    """A policy or choice that does not exist is refused with those that do."""
    refusal = refusal_of(lambda: with_choices(tt01(), {"luck": "yes"}))
    assert refusal.code == "rulebooks.unknown_policy"
    assert refusal.params["policy"] == "luck"
    assert str(refusal.params["known"]).startswith("no_due_date, steps, own_fault_points")
    refusal = refusal_of(lambda: with_choices(tt01(), {"no_due_date": "late"}))
    assert refusal.code == "rulebooks.unknown_choice"
    assert refusal.params == {
        "policy": "no_due_date",
        "choice": "late",
        "known": "leave_out, on_time",
    }


def test_refusal_names_the_line(edited: Edited) -> None:
    """The line of a refusal is the line of the key in the file."""
    refusal = refused(edited("early: {points: 2,", "early: {points: two,"))
    assert refusal.params["line"] == line_of("early: {points: 2,")
    assert refusal.params["value"] == "two"


def test_missing_key_is_placed_at_its_parent(edited: Edited) -> None:
    """A key that is not there is placed at the line of what should hold it."""
    refusal = refused(edited("early: {points: 2,", "early: {"))
    assert refusal.params["line"] == line_of("early: {points: 2,")
    assert refusal.params["value"] == ""
    path = edited("version: 1\n", "")
    assert refused(path).params == {
        "file": str(path),
        "line": 1,
        "key": "version",
        "value": "",
        "detail": "Field required",
    }


def test_mistake_in_a_list_is_placed_at_its_item(edited: Edited) -> None:
    """An item of a list is placed by its own line, and counted from 0 in the key."""
    refusal = refused(edited("{id: kha, points: 9,", "{id: kha, points: nine,"))
    assert refusal.params["key"] == "grades.bands.2.points"
    assert refusal.params["line"] == line_of("{id: kha, points: 9,")
    refusal = refused(edited("points: 3.5\n", "points: some\n"))
    assert refusal.params["key"] == "officials.bands.1.points"
    assert refusal.params["line"] == line_of("points: 3.5\n")
    refusal = refused(edited("{id: kha, points: 9,", "{id: kha,"))
    assert refusal.params["line"] == line_of("{id: kha, points: 9,")


@pytest.mark.parametrize(("length", "shown"), [(60, "9" * 60), (61, "9" * 60 + "…")])
def test_long_value_is_cut(length: int, shown: str, edited: Edited) -> None:
    """A refusal quotes at most 60 characters of what the file says."""
    refusal = refused(edited("valid_from: 2019-01-06", f"valid_from: '{'9' * length}'"))
    assert refusal.params["value"] == shown


def test_case_nobody_knows_is_refused(edited: Edited) -> None:
    """A misspelt case is named together with the one it should have been."""
    refusal = refused(edited("      early: {points: 2", "      erly: {points: 2"))
    assert refusal.code == "rulebooks.criterion_names"
    assert refusal.params["detail"] == "1.outcomes: early, erly"


def test_missing_limit_is_refused(edited: Edited) -> None:
    """A unit criterion without the limit it compares with is refused."""
    refusal = refused(edited("      deployed_share: 0.2\n", ""))
    assert refusal.params["detail"] == "9.thresholds: deployed_share"


def test_tenth_criterion_is_refused(edited: Edited) -> None:
    """A criterion the program has no rule for is refused."""
    refusal = refused(edited('\n  "9":\n', '\n  "10":\n'))
    assert (refusal.code, refusal.params["detail"]) == ("rulebooks.criterion_unknown", "10")


def test_wrong_scope_is_refused(edited: Edited) -> None:
    """A dossier criterion cannot be declared a unit criterion."""
    refusal = refused(edited("scope: dossier", "scope: unit"))
    assert (refusal.code, refusal.params["detail"]) == ("rulebooks.criterion_scope", "1")


def test_points_above_the_maximum_are_refused(edited: Edited) -> None:
    """No case may be worth more than max_points."""
    refusal = refused(edited("early: {points: 2,", "early: {points: 2.01,"))
    assert (refusal.code, refusal.params["detail"]) == ("rulebooks.points_above_max", "1.early")


def test_policy_for_an_unknown_case_is_refused(edited: Edited) -> None:
    """A policy may decide only cases that exist."""
    refusal = refused(edited('points: {"3": {many_own_fault: 0}}', 'points: {"3": {mani: 0}}'))
    assert refusal.code == "rulebooks.policy_outcome"
    assert refusal.params["detail"] == "own_fault_points: 3 mani"
    none = 'points: {"3": {many_own_fault: 0}}'
    refusal = refused(edited(none, 'points: {"3": {b: 0, a: 0}}'))
    assert refusal.params["detail"] == "own_fault_points: 3 a, b"
    assert refused(edited(none, 'points: {"10": {a: 0}}')).code == "rulebooks.policy_outcome"


def test_choice_nobody_carries_out_is_refused(edited: Edited) -> None:
    """A policy that steers the program may offer only what the program can do."""
    refusal = refused(
        edited("      worst: {text", "      mean: {text: {vi: a, en: b}}\n      worst: {text")
    )
    assert refusal.code == "rulebooks.policy_unknown_choice"


UNPRINTABLE = "unacceptable character #x0001: control characters are not allowed"


@pytest.mark.parametrize(
    ("text", "code", "line", "params"),
    [
        ("a: [1\nb: 2", "unreadable", 2, {"reason": "did not find expected ',' or ']'"}),
        ("a: \x01", "unreadable", 1, {"reason": UNPRINTABLE}),
        ("- 1\n- 2\n", "not_a_mapping", 1, {}),
        ("", "not_a_mapping", 1, {}),
        ("a: 1\nb: 2\na: 3\n", "key_twice", 3, {"key": "a"}),
        ("a: &x {b: 1}\nc: *x\n", "alias", 1, {}),
        ("a: &x [*x]\n", "alias", 1, {}),
        ("id: a\nplace: here\n", "unknown_key", 2, {"key": "place"}),
        ("a:\n " + "[" * 20 + "]" * 20, "missing_key", 1, {"key": "id"}),
        ("a:\n " + "[" * 21 + "]" * 21, "too_deep", 2, {}),
        ("a:\n " + "[" * 900 + "]" * 900, "too_deep", 2, {}),
    ],
)
def test_yaml_that_hides_something_is_refused(
    text: str, code: str, line: int, params: dict[str, str], tmp_path: Path
) -> None:
    """Broken YAML, a key given twice and an alias are refused with their line."""
    path = tmp_path / "broken.yaml"
    path.write_text(text, "utf-8")
    refusal = refused(path)
    assert refusal.code == f"rulebooks.{code}"
    expected = {"file": str(path), "line": line, **params}
    assert {name: refusal.params[name] for name in expected} == expected


def test_deeply_nested_yaml_is_refused(tmp_path: Path) -> None:
    """A file nested without end is refused, not a crash."""
    path = tmp_path / "deep.yaml"
    path.write_text("a: " + "[" * 20000, "utf-8")
    assert refused(path).code == "rulebooks.unreadable"


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), (b"a: \xff", "UTF-8")]
)
def test_missing_or_not_utf8_is_refused(content: bytes | None, reason: str, tmp_path: Path) -> None:
    """A file that is not there or is not UTF-8 is refused by name."""
    path = tmp_path / "r.yaml"
    if content is not None:
        path.write_bytes(content)
    refusal = refused(path)
    assert refusal.code == "rulebooks.unreadable"
    assert refusal.params == {"file": str(path), "line": 1, "reason": reason}


def test_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """A file saved with a byte order mark is read like one without."""
    path = tmp_path / "tt01-2018.yaml"
    path.write_text(TT01, "utf-8-sig")
    assert load_rulebook(path).id == "tt01-2018"


def local(tmp_path: Path, extends: str, more: str = "") -> Path:
    path = tmp_path / "local.yaml"
    head = f"id: local\nversion: 1\nextends: {extends}\nscope: local\n"
    title = "title: {vi: a, en: b}\nsource: c\nvalid_from: 2020-01-01\n"
    path.write_text(head + title + more, "utf-8")
    return path


def test_extending_inherits_no_identity(tmp_path: Path) -> None:
    """An extending rulebook has its own title and validity, never those of its base."""
    path = local(tmp_path, "dam-rong-2020")
    refusal = refused(path)
    assert refusal.code == "rulebooks.chain"
    assert refusal.params == {"file": str(path), "line": 3, "base": "dam-rong-2020"}
    assert load_rulebook(local(tmp_path, "tt01-2018")).valid_to is None
    (tmp_path / "local.yaml").write_text("id: local\nextends: tt01-2018\nversion: 1\n", "utf-8")
    assert refused(tmp_path / "local.yaml").params["key"] == "scope"


def test_unknown_base_is_refused(tmp_path: Path) -> None:
    """A base that is nowhere is refused; a path in its place reaches no other folder."""
    path = local(tmp_path, "nowhere")
    refusal = refused(path)
    assert refusal.code == "rulebooks.base_missing"
    assert refusal.params == {"file": str(path), "line": 3, "base": "nowhere"}
    assert refused(local(tmp_path, "../../secret")).code == "rulebooks.base_missing"


def test_mistake_in_the_base_is_placed_in_the_base(tmp_path: Path) -> None:
    """A refusal points at the file that says the wrong thing, base or extension."""
    base = tmp_path / "tt01-2018.yaml"
    base.write_text(TT01.replace("early: {points: 2,", "early: {points: two,", 1), "utf-8")
    assert refused(local(tmp_path, "tt01-2018")).params["file"] == str(base)
    base.write_text(TT01, "utf-8")
    path = local(tmp_path, "tt01-2018", "policies: {steps: {chosen: best}}\n")
    assert refused(path).params["file"] == str(path)


def test_unknown_outcome_is_refused() -> None:
    """An outcome the rulebook cannot read is refused; the missing one has no points."""
    assert tt01().points("3", "missing") is None
    refusal = refusal_of(lambda: tt01().points("3", "twice"))
    assert refusal.code == "rulebooks.unknown_outcome"
    assert refusal.params == {"rulebook": "tt01-2018", "criterion": "3", "outcome": "twice"}
