"""docs/privacy.md names tests that there are, and every recorded conversation."""

import re

from tests.guards.test_house import ROOT

CONVERSATION = "tests/integration/conversation/"
NAMED = re.compile(r"`((?:[\w/]*/)?test_\w+\.py)(?:::(\w+))?`|`(test_\w+)`")


def test_every_test_of_a_promise_exists() -> None:
    """A test that was renamed or deleted leaves a promise without one."""
    document = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    missing, file, found = [], "", 0
    for named, test, alone in NAMED.findall(document):
        file = file if alone else (named if "/" in named else CONVERSATION + named)
        wanted = test or alone
        text = (ROOT / file).read_text("utf-8") if (ROOT / file).exists() else None
        if text is None or (wanted and f"def {wanted}(" not in text):
            missing.append(f"{file}::{wanted}")
        found += 1
    assert missing == []
    assert found > 15


def test_every_recorded_conversation_is_named() -> None:
    """What went wrong once, and the recording that makes the same move again."""
    document = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    named = set(re.findall(r"`recorded/(\w+)\.yaml`", document))
    assert named == {file.stem for file in (ROOT / CONVERSATION / "recorded").glob("*.yaml")}
