"""The pages that printed codes open: plain HTML without a script, for any phone."""
