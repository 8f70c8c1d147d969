"""How a version gets into regions: planned, carried out in the one safe order, settled, and told."""
