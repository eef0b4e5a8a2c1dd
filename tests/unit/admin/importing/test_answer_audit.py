"""What the audit log says of changed responses: all of them, in few entries if they are many."""

from admin.importing.answer_audit import ONE_BY_ONE, TOGETHER, ChangedResponse, list_entries

QUESTIONS = ("conduct", "satisfaction")


def _changed(count: int, form: str = "phieu4") -> list[ChangedResponse]:
    return [ChangedResponse(f"D{number}", form, QUESTIONS) for number in range(count)]


def test_each_response_of_a_few_has_its_own_entry() -> None:
    """By its dossier."""
    entries = list_entries(_changed(ONE_BY_ONE), 7)
    assert len(entries) == ONE_BY_ONE
    assert entries[1].subject == "dossier:D1"
    assert entries[1].details == {"form": "phieu4", "questions": list(QUESTIONS)}


def test_many_that_changed_alike_share_an_entry() -> None:
    """Each dossier is named once, below its form and questions."""
    changed = [*_changed(2 * TOGETHER + 1), ChangedResponse("D9", "phieu5", ("contacts",))]
    entries = list_entries(changed, 7)
    assert [len(entry.details["dossiers"]) for entry in entries] == [TOGETHER, TOGETHER, 1, 1]
    assert {entry.subject for entry in entries} == {"import:7"}
    named = [
        ChangedResponse(code, entry.details["form"], tuple(entry.details["questions"]))
        for entry in entries
        for code in entry.details["dossiers"]
    ]
    assert named == changed
