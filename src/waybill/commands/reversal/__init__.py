"""Back to an earlier version: what the regions show, where that leads, and what is withdrawn."""
