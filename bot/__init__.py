"""Carries the conversation out: channels, inbox, delivery, look-up, consent, the server."""
