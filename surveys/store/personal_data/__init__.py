"""Rights of citizens over their data (see, correct, erase), and retention."""
