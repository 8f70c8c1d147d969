"""What the commands need from the world, in our own words. Adapters in `aws/` and `github/` stand behind these.

Every method raises a `WaybillError` when it cannot answer: `AccessDenied` when it was refused (a refusal is never
"absent"), `Unavailable` when nobody answered, `IdentityError` when the credentials are no good. What is an
answer (absent, exists already) is a value, not an error. Every method may be called from several threads at once.
"""
