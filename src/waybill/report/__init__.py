"""Renders events and results for people: runner log, terminal, step summary."""
