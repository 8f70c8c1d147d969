"""What is looked at after a pipeline has succeeded: the files it deployed, caches that must forget, a page that answers."""
