"""Receipts and posters with codes that a phone can read."""
