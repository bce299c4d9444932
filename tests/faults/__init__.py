"""Faults planted in real runs, and what is left of them after the same command again."""
