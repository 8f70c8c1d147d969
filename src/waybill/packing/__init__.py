"""Turns what `path` names into the bytes of an artifact: a file untouched, or a reproducible zip."""
