"""One table of inputs and outputs for each verb."""
