"""An AWS in memory behind Waybill's own ports, stricter than the embedded engines: it refuses what AWS refuses."""
