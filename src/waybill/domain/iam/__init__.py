"""Policies of AWS: documents as values, what they say to a request by AWS's documented rules, and why. Pure."""
