"""What acceptance tests share: an office and its files, the command, an independent reckoning."""
