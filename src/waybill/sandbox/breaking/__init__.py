"""Misconfigurations of the prepared sandbox, on purpose: `waybill sandbox run --break KIND`. `doctor` finds each.

One small generator each, which breaks, yields, and mends. A kind has the name of the check that finds it.
"""
