"""Records in, a static site out: one page, its style, its picture and its figures as JSON.

Takes figures as `records` computes them; computes none itself. Never imports an engine.
"""
