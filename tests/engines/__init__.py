"""Real server processes that answer as AWS does, started and stopped by tests."""
