"""The API for other systems: they push dossiers, and are told how far the survey is."""
