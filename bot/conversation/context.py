"""The context shared by all conversations: keys, forms, texts, settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.channels.base import Traits
from bot.messages import Incoming
from bot.settings import Settings
from surveys.form import Form, version_for
from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.system import form_versions
from surveys.texts import Catalog

PLAIN = Traits()


def _nobody(_come: Incoming) -> None:
    """Default of `is_no_stranger`: does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationContext:
    """`forms` has every version of the forms that new interviews use."""

    keyring: Keyring
    forms: Sequence[Form]
    texts: Mapping[str, Catalog]
    settings: Settings
    traits: Mapping[str, Traits]
    """The traits of each channel, by its name."""
    is_no_stranger: Callable[[Incoming], None] = _nobody
    """Called with each message of somebody who had proved a dossier, once it is answered."""

    def traits_of(self, channel: str) -> Traits:
        """The traits of a channel; minimal traits for a channel that is no longer installed."""
        return self.traits.get(channel, PLAIN)

    def windows(self, now: datetime) -> dict[str, datetime]:
        """For each channel with a reply window: since when the citizen must have written."""
        found = {name: one.writable_since(now) for name, one in self.traits.items()}
        return {name: since for name, since in found.items() if since is not None}

    @property
    def form_id(self) -> str:
        """The form for returned dossiers."""
        return self.settings.form

    def form_for(self, form_id: str, day: date) -> Form:
        """The version for a dossier of this day. Raises Refusal `forms.unknown`."""
        return version_for(self.forms, form_id, day)

    def questions(self, day: date) -> int:
        """The fewest questions about a dossier of this day: without those after a complaint."""
        form = self.form_for(self.form_id, day)
        always = [question for question in form.questions if question.when is None]
        return sum(question.short for question in always) or len(always)

    async def form_version(self, conn: Connection, form_id: str, version: str) -> Form:
        """The form version with which an interview began.

        Raises Refusal `forms.unpublished`.
        """
        for form in self.forms:
            if (form.id, form.version) == (form_id, version):
                return form
        return await form_versions.load(conn, form_id, version)

    def catalog(self, language: str) -> Catalog:
        """The texts in this language, else in the deployment's."""
        return self.texts.get(language) or self.texts[self.settings.lang]

    def language(self, wanted: str) -> str:
        """The language for an app set to `wanted` (`vi-VN`), or without a setting."""
        short = wanted.lower().partition("-")[0].partition("_")[0]
        return short if short in self.texts else self.settings.lang
