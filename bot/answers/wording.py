"""The fixed forms of replies.

Their words matter: a reply must look the same whether the answer comes later or never, and none of its words may
happen to be one. So they are few, and dull.
"""

from __future__ import annotations

NEUTRAL = "There are no passages on this up to your page."
"""The one reply where nothing visible answers: the same whether the answer comes later or never comes."""

MAY_SPOIL = (
    "This might go further than everybody here has read. You can keep it for later, or hide it. "
    "Nobody else sees this note."
)
"""What the author of a message is told; it confirms nothing, since the author may only be guessing."""
