"""The verbs of `access`: policies shown, planned, written and taken back."""
