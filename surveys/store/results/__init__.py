"""Results of the survey: responses, evidence, verifications, tallies, ratings."""
