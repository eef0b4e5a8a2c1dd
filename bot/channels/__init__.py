"""One module a channel: it reads what the channel sends and says what we send. Nothing else."""
