"""One system's report for a paper: figures as PDF, a LaTeX table, and every number as JSON.

Works on records alone. The site stands in `leaderboard`, figures and tests below.
"""
