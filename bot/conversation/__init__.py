"""The conversation with a citizen: consent, the interview, look-up, rights, complaints."""

from bot.conversation.routing import Conversation

__all__ = ["Conversation"]
