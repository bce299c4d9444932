"""Statistics over conversations, on arrays only: intervals, paired tests, ties, agreement.

The unit is always the conversation. Knows nothing of tactics, ratings or records.

- `statistic`: a figure as a function of summed rows (`Ratio`, `MacroRatio`, `Difference`).
- `intervals`: `linearised`, `bootstrap`, `bootstrap_ratios` give an `Interval`; `wilson` that of
  a share of independent cases.
- `compare`: `compare` gives a `Comparison` of two systems; `holm`, `benjamini_hochberg`,
  `tie_letters`, `rank_intervals`.
- `ranking`: `compare_all` gives `Pairs` of all systems, `places` gives `Places`.
- `power`: `minimum_detectable`, `conversations_needed`.
- `variance`: `variance_split` gives a `VarianceSplit`.
- `agreement`: coefficients between raters, each an `Agreement`.

From records to these: `records.figures.figures`, `records.comparison` (`one_board`,
`compare_records`, `rank_records`, `rank_board`) and `records.profiles` (`lag_profile`,
`transitions`, `tactic_use`, `new_tactics`, `tactic_table`, `variance`).
"""
