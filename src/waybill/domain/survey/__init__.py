"""What is stored where, how it stands, and what mends it. Pure."""
