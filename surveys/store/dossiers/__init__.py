"""Units, their dossiers, and what offices report about both."""
