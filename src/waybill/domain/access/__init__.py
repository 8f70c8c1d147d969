"""Who may do what across accounts: grants as values, the statements they make, and what changes of live policies. Pure.

grants        what `access.yaml` says
refs          which policy documents there are, and how long each may be
packages, staged, trust
              the statements of a grant, by what it is of
meaning       statements by what they mean
merging       our statements into a live document, everybody else's kept
words         what changes, in sentences
plan          what is changed where, and how it ended
"""
