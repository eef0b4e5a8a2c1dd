"""Access requests: which citizen they are about, and everything stored about that citizen."""
