"""Buckets that are there already."""
