"""The use cases that prepare accounts, each in a module of its own."""
