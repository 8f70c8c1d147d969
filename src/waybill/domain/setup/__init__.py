"""What `waybill.yaml` says, which stacks that makes, and the plan of what changes in AWS. Pure."""
