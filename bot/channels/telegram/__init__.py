"""Telegram: one bot over python-telegram-bot's types and methods, on our own HTTP stack."""
