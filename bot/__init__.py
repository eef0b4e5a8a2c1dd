"""The bot: channels, inbox, conversation, delivery, the server."""
