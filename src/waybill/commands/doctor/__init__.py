"""The parts of doctor: each looks at one thing, and finds."""
