"""Scorers against labels: training of the embedded ones, agreement, and their cards."""
