"""The parts of planning and applying."""
