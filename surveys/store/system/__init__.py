"""What the deployment keeps about itself: audit log, staff, backups, imports, form versions."""
