"""What a deploy is asked, plans and tells: the pipeline, its executions, and what it put where. Pure."""
