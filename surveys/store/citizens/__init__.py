"""Contacts, their consents, and what the web page shows them."""
