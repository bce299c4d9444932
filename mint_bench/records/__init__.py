"""The record of one system on one board: its form, signature, figures, import and verification.

What is printed anywhere is recomputed from records here; nothing is stored that can be derived.
"""
