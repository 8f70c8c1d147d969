"""One module a use case: observe, plan, execute, report."""
