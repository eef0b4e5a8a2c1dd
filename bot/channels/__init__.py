"""One folder per channel: it reads what the channel sends and sends what we say."""
