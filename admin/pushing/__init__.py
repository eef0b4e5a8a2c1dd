"""Takes pushed dossiers in with the checks of a file import."""
