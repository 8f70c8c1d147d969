"""CodeArtifact as a store beside the buckets."""
