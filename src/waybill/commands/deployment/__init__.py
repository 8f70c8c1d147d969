"""How a version is deployed: the pipeline is found, planned, started, followed, proved, recorded, and taken back."""
