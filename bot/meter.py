"""What is told of the work, for whoever measures it: what happened, how often and how long, and never whose it was.

The rules of a club and the answers tell a `Meter`, and know nothing of what becomes of it.
"""

from __future__ import annotations


class Meter:
    """Is told what happened. This one lets it pass; `bot/operating` has one that counts.

    It is told from any thread. Times are in seconds.
    """

    def answered(self, do: str, how: str, seconds: float) -> None:
        """Tell that a question got its answer: what was asked for, how it was answered, and in what time.

        `how` is “quote”, “model”, “fallback”, or “neutral” where nothing visible answered.
        """

    def stopped(self, sentences: int) -> None:
        """Tell that the guard kept sentences of a chat model from being read."""

    def asked_model(self, outcome: str, seconds: float) -> None:
        """Tell how a call of the chat model ended: “answered”, “refused”, “failed”, “late” or “given up”."""

    def waited(self, seconds: float) -> None:
        """Tell how long a piece of work waited for a thread."""

    def refused(self, why: str) -> None:
        """Tell that somebody has to wait: their own limit, “member”, the limit of their “club”, or we are “leaving”."""

    def acknowledged(self, seconds: float) -> None:
        """Tell how long it took until Discord had heard that we heard."""

    def called(self, status: str) -> None:
        """Tell how Discord's API answered a call: “2xx”, “429”, “5xx”, or “none” where it did not."""

    def reconnected(self) -> None:
        """Tell that a shard is connected again that was not."""

    def timed(self, kind: str, outcome: str, late: float) -> None:
        """Tell that timed work of a kind was “done” or “failed”, and how long after its time it began."""
