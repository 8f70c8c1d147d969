"""What a person is asked for a new waybill.yaml."""
