"""One module per command, found by its name and loaded only when it is called.

`units.py` holds the command `motcua units`, `dossiers_link.py` the command `motcua dossiers link`:
each has a module-level `command`. A module whose name begins with `_` is not a command.
"""
