"""The web, through requests: behind `ports.http`."""
