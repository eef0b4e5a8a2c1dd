"""Published forms stay as they were, and can be read back."""

import pytest

from surveys.errors import Refusal
from surveys.form import Form, shipped_forms
from surveys.store.base.database import Database
from surveys.store.system import form_versions
from tests.integration.rows import NOW


async def test_a_published_form_comes_back_as_it_was(database: Database) -> None:
    """Publishing twice is publishing once; the stored form is the form."""
    shipped = shipped_forms()
    async with database.write() as conn:
        await form_versions.register(conn, shipped, NOW)
        await form_versions.register(conn, shipped, NOW)
        published = await form_versions.load_all(conn)
        one = await form_versions.load(conn, shipped[0].id, shipped[0].version)
    assert published == {(form.id, form.version): form for form in shipped}
    assert one.checksum == shipped[0].checksum


async def test_a_changed_file_needs_a_new_version(database: Database) -> None:
    """The same version with other content is refused; a new version exists along with the old."""
    form = shipped_forms()[0]
    other = form.model_copy(update={"title": {"vi": "Phiếu khác"}})
    newer = other.model_copy(update={"version": "2026.2"})
    async with database.write() as conn:
        await form_versions.register(conn, [form], NOW)
        with pytest.raises(Refusal, match=r"forms\.changed"):
            await form_versions.register(conn, [_fresh(other)], NOW)
        await form_versions.register(conn, [_fresh(newer)], NOW)
        assert set(await form_versions.find_checksums(conn)) == {
            (form.id, form.version),
            (form.id, "2026.2"),
        }


async def test_a_version_nobody_published_is_refused(database: Database) -> None:
    """There is no guessing at what a form may have asked."""
    async with database.read() as conn:
        with pytest.raises(Refusal, match=r"forms\.unpublished"):
            await form_versions.load(conn, "phieu5", "999")


def _fresh(form: Form) -> Form:
    return Form.model_validate_json(form.model_dump_json(by_alias=True))
