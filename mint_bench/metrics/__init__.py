"""What is computed from tags and text: pure functions on arrays and strings.

Conversations, taggers and records are unknown here; `records.figures` brings the arrays.
"""
