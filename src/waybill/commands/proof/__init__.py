"""What is looked at after a pipeline has succeeded: deployed files, caches that must forget, a page that answers."""
