"""What stands behind a dossier's outcome, in words; Mẫu phiếu 3 on the command line."""
