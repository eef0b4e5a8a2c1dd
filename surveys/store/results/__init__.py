"""What the answers amount to: evidence, responses, verifications, tallies, ratings."""
