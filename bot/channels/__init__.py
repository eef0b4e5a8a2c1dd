"""One folder per channel: it parses the channel's updates and sends the bot's messages."""
