"""What a citizen may ask for: to see, correct and erase what is held; and retention."""
