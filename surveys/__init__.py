"""The survey domain: questionnaires, interviews, dossiers, outcomes; the store is beneath it."""
