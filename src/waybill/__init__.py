"""Waybill takes a build artifact to every AWS region of an account: staged, encrypted, verified, versioned."""

__version__ = "0.1.0"
