"""Deleting what nobody needs, and leaving a tombstone in its place."""
