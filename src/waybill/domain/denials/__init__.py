"""Refusals explained: what AWS said, whose policy it was or likely was, and the statement that is missing. Pure."""
