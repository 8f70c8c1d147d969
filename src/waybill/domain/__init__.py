"""Pure rules: versions, names, waybills, channels, plans. No I/O, no clock, no SDK."""
