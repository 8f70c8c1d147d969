"""The only place that imports PyGithub or actions-toolkit, or reads ``GITHUB_*``."""
