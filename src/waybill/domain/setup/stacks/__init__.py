"""The stacks that the file makes, each with the parameters of its template."""
