"""What planning and sending invitations needs: the conversation's context, times, channels."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.asking.timetable import Timetable, timetable
from bot.channels.base import Channel, Traits
from bot.conversation.context import ConversationContext
from surveys.inviting import BotId, Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingContext:
    """`link` makes the page's address for a link's token; `token` makes a new one (22 characters,
    128 random bits)."""

    talk: ConversationContext
    times: Timetable
    channels: Channels
    token: Callable[[], str]
    link: Callable[[str], str] | None = None

    @property
    def form(self) -> str:
        """The id of the form that is asked."""
        return self.talk.form_id

    @property
    def has_phones(self) -> bool:
        """Whether a channel reaches by phone."""
        return bool(self.channels.phone)


def asking_context(
    talk: ConversationContext, channels: Iterable[Channel], token: Callable[[], str]
) -> AskingContext:
    """The context for these configured channels. Raises Refusal `calendar.*`."""
    opened = list(channels)
    phone: list[BotId] = [(one.name, one.bot) for one in opened if one.traits.reaches_by_phone]
    public = talk.settings.public_url.rstrip("/")
    return AskingContext(
        talk=talk,
        times=timetable(talk.settings),
        channels=Channels(phone=phone, silent=silent_channels(talk.traits)),
        token=token,
        link=(lambda text: f"{public}/#{text}") if public else None,
    )


def silent_channels(traits: Mapping[str, Traits]) -> frozenset[str]:
    """The channels whose messages are seen only by who opens them."""
    return frozenset(name for name, one in traits.items() if not one.notifies)
