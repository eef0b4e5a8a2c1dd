"""Units, their dossiers, and what units report about themselves."""
