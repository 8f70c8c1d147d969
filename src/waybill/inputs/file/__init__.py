"""Reads a YAML file that has a JSON schema: every fault with its line, all of them at once."""
