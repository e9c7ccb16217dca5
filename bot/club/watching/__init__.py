"""Watching places for messages that go further than they do. Plain rules, no Discord."""
