"""What became of messages out and updates in."""
