"""What SECURITY.md says, line by line."""
