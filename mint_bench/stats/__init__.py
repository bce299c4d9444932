"""Statistics over conversations, on arrays only: intervals, paired tests, ties, agreement.

The unit is always the conversation. Knows nothing of tactics, ratings or records.
"""
