"""Another role for a pipeline that somebody made."""
