"""The one table of inputs, and the parser that turns text into typed values with every fault at once."""
