"""The data path: one read of the artifact, hashed while it goes to every region at once."""
