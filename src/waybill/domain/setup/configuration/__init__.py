"""The organisation configuration as the file means it."""
