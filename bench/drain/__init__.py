"""A TLS server that answers as S3, SSM, STS and KMS do, and keeps of each large body only its size."""
