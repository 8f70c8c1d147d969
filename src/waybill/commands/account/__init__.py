"""Into an account, and what is found there: who we are, its configuration, its regions, and which version is meant."""
