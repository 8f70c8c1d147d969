"""What must be so before a release, and how it is found not to be. Pure."""
