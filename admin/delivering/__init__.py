"""The state of outgoing messages and incoming updates."""
