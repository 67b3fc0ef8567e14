"""How a field gets its value: selection → plan → execute → complete."""
