"""Contacts, their consents, and the messages on the web page."""
