"""Systems that push dossiers, what they are told; counters with a poster and their ratings."""
