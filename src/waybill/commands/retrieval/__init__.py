"""To this machine: what each region offers, brought and proved."""
