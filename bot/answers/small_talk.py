"""What people say to a bot out of politeness, or to learn what it is: short, fixed replies, about no book at all."""

from __future__ import annotations

import re

LONGEST = 60
"""Characters of such a remark; what is longer says more than that."""

_YOU = r"(?:,? (?:there|dogear|everyone|everybody|all|bot|you))?"
_REPLIES = {
    rf"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)){_YOU}": (
        "Hello. Ask me about the book: I tell nothing beyond what you have read."
    ),
    rf"(?:ok(?:ay)?,? |great,? |perfect,? )?(?:many thanks|thanks|thank you|thx|cheers)"
    rf"(?: a lot| so much| very much| again)?{_YOU}": "You are welcome.",
    rf"(?:bye|goodbye|good night|see you(?: later| soon)?){_YOU}": "Until next time.",
    r"(?:please )?help(?: me)?(?: please)?|(?:what|who) are you|what (?:can|do) you do|how do(?:es)? (?:you|this) work"
    r"|what can i ask(?: you)?": (
        "I answer questions about the books here, from summaries and reviews, and tell nothing beyond what you have "
        "read. Say where you are with /progress, then ask; /hint, /recap, /who and /order do as they are called."
    ),
}
_WORDED = {re.compile(pattern): reply for pattern, reply in _REPLIES.items()}


def small_talk(said: str) -> str:
    """Return what to reply to a remark that asks nothing of any book; nothing where it may ask something."""
    if len(said) > LONGEST:
        return ""
    words = " ".join(said.casefold().split()).strip(" .!?…:)(👍🙏")
    return next((reply for pattern, reply in _WORDED.items() if pattern.fullmatch(words)), "")
