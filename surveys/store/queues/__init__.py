"""Inbox and outbox: incoming updates, outgoing messages, rate limits, delivery results."""
