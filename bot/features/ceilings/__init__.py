"""How far a thread may go."""
