"""A new waybill.yaml."""
