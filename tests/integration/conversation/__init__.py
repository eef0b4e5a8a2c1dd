"""The conversation, driven through a real database by people who type and tap."""
