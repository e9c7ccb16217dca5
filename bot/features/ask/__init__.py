"""Questions, hints, recaps and conversation."""
