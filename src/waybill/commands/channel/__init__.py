"""How a channel moves, and the events that say where it belongs (P3)."""
