"""The deployment's own data: audit log, staff, backups, imports, form versions."""
