"""Who may do what across accounts: grants as values, the statements they make, and what changes of live policies. Pure.

grants, requests  what `access.yaml` says, and what a person asks
refs              which policy documents there are, and how long each may be
wanted, packages, staged, trust, statements
                  the statements of a grant, by what it is of
needs             what the callers' own policies must allow beside
meaning           statements by what they mean
merging           our statements into a live document, everybody else's kept
words             what changes, in sentences
lockout           what must not be done to a policy
changing          one document as it is and as it is to be
plan, shown       what is changed where, and how it ended; and policies as they are
calls, narrowing  what is asked of AWS, and the sessions that may do no more
"""
