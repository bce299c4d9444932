"""The training recipe: rewards made of the bench's own metrics and scorers, and TRL's GRPO."""
