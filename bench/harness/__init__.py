"""Runs commands in turns against the bench server, and says what they took."""
