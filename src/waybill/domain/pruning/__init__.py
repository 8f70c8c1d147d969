"""Which versions go, which stay whatever was asked for, and what is left in their place. Pure."""
