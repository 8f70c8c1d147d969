"""The templates and parameters as files, for who sets up without Waybill."""
