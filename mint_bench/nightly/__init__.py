"""What happens every night: what is due is evaluated, everything is checked, changes are told."""
