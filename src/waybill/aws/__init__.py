"""The only place that imports boto3 or knows an AWS error code."""
