"""Verification (Mẫu phiếu 3): the review list, a dossier's evidence, outcomes in words."""
