"""How a conversation is held with a system: what it sees before each reply, and who writes what."""
