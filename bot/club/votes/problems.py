"""What can be wrong with a nomination or a vote."""

from __future__ import annotations

from corpus.errors import DogearError


class VoteProblem(DogearError):
    """A nomination, a vote or a ballot cannot be taken as it is; the message says what can be."""
