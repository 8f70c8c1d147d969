"""Packages in CodeArtifact, as a store beside the buckets. Pure."""
