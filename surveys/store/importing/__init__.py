"""Writing what imports bring, and undoing it."""
