"""Who was invited to answer, unit by unit."""
