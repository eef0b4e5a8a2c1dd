"""Channels that only the tests know, as somebody else would add them."""
