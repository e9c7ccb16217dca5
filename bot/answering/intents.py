"""Recognise by their wording: small talk, and questions about a whole book or a part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

LONGEST_REMARK = 60
"""Characters of small talk; a longer text is a question."""

LONGEST_QUESTION = 120
"""Characters of a question about a whole book; a longer one asks for something in it."""

_YOU = r"(?:,? (?:there|dogear|everyone|everybody|all|bot|you))?"
_REPLIES = {
    rf"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)){_YOU}": (
        "Hello! Ask me about the book. I won’t spoil anything beyond what you have read."
    ),
    rf"(?:ok(?:ay)?,? |great,? |perfect,? )?(?:many thanks|thanks|thank you|thx|cheers)"
    rf"(?: a lot| so much| very much| again)?{_YOU}": "You’re welcome.",
    rf"(?:bye|goodbye|good night|see you(?: later| soon)?){_YOU}": "See you next time.",
    r"(?:please )?help(?: me)?(?: please)?|(?:what|who) are you|what (?:can|do) you do|how do(?:es)? (?:you|this) work"
    r"|what can i ask(?: you)?": (
        "I answer questions about the books here, from summaries and reviews, without spoilers: nothing beyond what "
        "you have read. Set how far you are with /progress, then ask. /hint, /recap, /who and /order help too."
    ),
}
_SMALL_TALK = {re.compile(pattern): reply for pattern, reply in _REPLIES.items()}


def small_talk(said: str) -> str:
    """Return the reply to a greeting, a thank-you or a question about the bot; empty for anything else."""
    if len(said) > LONGEST_REMARK:
        return ""
    words = " ".join(said.casefold().split()).strip(" .!?…:)(👍🙏")
    return next((reply for pattern, reply in _SMALL_TALK.items() if pattern.fullmatch(words)), "")


class WholeBook(StrEnum):
    """What a question about a whole book asks for.

    “What is it about?” shares no word with a premise, and “What should I read next?” none with a reading order, so
    ranking passages cannot answer them. There are few such questions, and they are recognised by their wording.
    """

    ABOUT = "about"
    SO_FAR = "so far"
    PEOPLE = "people"
    THEMES = "themes"
    QUOTES = "quotes"
    DISCUSSION = "discussion"
    OPINIONS = "opinions"
    COVER = "cover"
    ORDER = "order"


_BOOK = r"(?:it|this|(?:the|this|that|our) (?:book|novel|story|one)|(?:the|this|our) club's book)"
_BOOKS = r"(?:it|them|these|those|(?:the|these|those|his|her|their)(?: \w+)? (?:books|novels|series))"
_SO_FAR = r"(?: so far| until now| till now| up to (?:now|here|this point)| to me| here)?"
_READERS = r"(?:the |other |most )?(?:readers|reviewers|reviews|critics|people|others|members)"
_WHICH = r"(?:what|which(?: (?:book|one|novel))?)"
_GIVE = r"(?:(?:give|show|tell|write|ask|suggest|make) (?:(?:me|us) )?|(?:are there )?any |what are )?"
_A_GOOD = r"(?:an? |the |some |more )?(?:good |best |nice |famous |memorable |short |quick |brief )?"
_ASKED = {
    WholeBook.ABOUT: (
        rf"what(?:'s| is) {_BOOK}(?: all| really| mainly)? about",
        rf"what(?:'s| is) (?:the|its) (?:premise|plot|story|storyline)(?: (?:of|in|behind) {_BOOK})?",
        rf"(?:tell (?:me|us) (?:something |a bit |a little |more )?about|describe|introduce) {_BOOK}",
        r"what (?:kind|sort) of (?:a )?(?:book|novel|story) is (?:it|this)",
    ),
    WholeBook.SO_FAR: (
        rf"what(?:'s| has| is| did)? (?:happen(?:s|ed|ing)?|gone on|going on)(?: in {_BOOK})?{_SO_FAR}",
        rf"what do (?:i|we) know{_SO_FAR}",
        r"(?:where (?:was i|were we|are we|am i)|(?:the|our|my) story so far)(?: in (?:it|the book|the story))?",
        rf"(?:catch (?:me|us) up|bring (?:me|us) up to (?:speed|date)|(?:refresh|jog) my memory)(?: on {_BOOK})?",
        rf"remind (?:me|us)(?: of)?(?: what(?:'s| has)? happened)?(?: in {_BOOK})?{_SO_FAR}",
        rf"{_GIVE}{_A_GOOD}(?:recap|summary|summari[sz]e|sum up)(?: (?:of )?(?:{_BOOK}|everything|the plot))?{_SO_FAR}",
    ),
    WholeBook.PEOPLE: (
        rf"who(?:'s| is| are)? in {_BOOK}|who have (?:i|we) met{_SO_FAR}",
        rf"who are the (?:main |most important )?(?:characters|people)(?: (?:of|in) {_BOOK})?{_SO_FAR}",
        rf"{_GIVE}{_A_GOOD}(?:list|cast) of (?:the )?(?:characters|people)(?: (?:of|in) {_BOOK})?",
        rf"(?:which|what) (?:characters|people) (?:are (?:there|in {_BOOK})|have (?:i|we) met){_SO_FAR}",
    ),
    WholeBook.THEMES: (
        rf"what are (?:the|its) (?:main |big |central )?(?:themes|ideas|topics)(?: (?:of|in) {_BOOK})?",
        rf"(?:what|which) (?:themes|ideas|topics) does {_BOOK} (?:have|hold|explore|deal with)",
    ),
    WholeBook.QUOTES: (rf"{_GIVE}{_A_GOOD}(?:quotes?|quotations?)(?: (?:from|of|in) {_BOOK})?",),
    WholeBook.DISCUSSION: (
        rf"{_GIVE}{_A_GOOD}discussion (?:questions?|prompts?)(?: for (?:the|my|our|this) club)?",
        r"what (?:should|could|can|shall) (?:i|we) (?:discuss|talk about)(?: (?:with|in|at) (?:the|my|our) club)?",
    ),
    WholeBook.OPINIONS: (
        rf"(?:is|was) {_BOOK} (?:any |really |very )?(?:good|bad|worth (?:it|reading|the time|my time|our time))",
        rf"should (?:i|we) read {_BOOK}",
        rf"(?:what|how) (?:do|did|have) {_READERS} (?:think|say|said|like|find|found)(?: (?:of|about))?(?: {_BOOK})?",
        rf"(?:do|did) {_READERS} (?:like|love|hate|enjoy) {_BOOK}",
        rf"(?:what|how) are the reviews(?: (?:of|for) {_BOOK})?(?: like)?",
    ),
    WholeBook.COVER: (
        rf"who (?:wrote|has written) {_BOOK}",
        rf"who(?:'s| is| was) (?:the|its) (?:author|writer)(?: of {_BOOK})?",
        rf"when (?:was|is) {_BOOK} (?:first )?(?:written|published|released|from)",
        rf"when did {_BOOK} (?:come out|appear)",
        rf"how long is {_BOOK}",
        rf"how many (?:pages|chapters)(?: (?:has {_BOOK}|are (?:there|in {_BOOK})|does {_BOOK} have))?",
    ),
    WholeBook.ORDER: (
        rf"(?:in )?(?:which|what) order (?:should|do|can|must|would) (?:i|we|you|one) read {_BOOKS}(?: in)?",
        r"(?:what(?:'s| is)|is there) (?:the |a )?(?:best |right |recommended )?reading order",
        rf"(?:what(?:'s| is)|is there) (?:the |a )?(?:best |right |recommended )?order to read {_BOOKS}",
        rf"{_WHICH} (?:should|do|can|could) (?:i|we) read (?:next|first|after (?:this|it))",
        rf"{_WHICH} (?:comes|is) (?:next|first) in the series",
        r"which(?: (?:book|one|novel))? (?:comes|is) (?:next|first)",
        r"(?:do|should|must) (?:i|we) (?:have to |need to )?read the others (?:first|in order)",
        rf"(?:do|should|must) (?:i|we) (?:have to |need to )?read {_BOOKS} (?:first|in order)",
        r"where (?:should|do|can) (?:i|we) (?:start|begin)",
    ),
}  # fmt: skip
_PART = re.compile(
    r"(?:what(?:'s| has| is| did)? (?:happen(?:s|ed|ing)?|gone on|goes on|went on)(?: in| during)?"
    r"|(?:give me |give us )?(?:a |the )?(?:recap|summary|summari[sz]e|sum up)(?: of)?) (?P<part>.+)"
)
_SIGNS = re.compile(r"[\"“”‘«»*_]")
_POLITE = re.compile(r"^(?:(?:and|so|ok|okay|well|hi|hello|hey|please|(?:can|could|would|will) you)\b,? )+|,? please$")
_WORDED = {asked: re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) for asked, patterns in _ASKED.items()}


def whole_book_intent(question: str, names: Iterable[str]) -> WholeBook | None:
    """Return what a question asks about the whole book, or None; `names` are the names of the book."""
    words = _plain(question)
    for name in sorted(map(_plain, names), key=len, reverse=True):
        words = words.replace(name, "it")
    words = _POLITE.sub("", words.replace("'it'", "it"))
    return next((asked for asked, pattern in _WORDED.items() if pattern.fullmatch(words)), None)


def part_asked(question: str) -> str:
    """Return the part whose events a question asks for, as it names it: “chapter 5”, but also “the night”."""
    found = _PART.fullmatch(_POLITE.sub("", _plain(question)))
    return found["part"] if found else ""


def _plain(text: str) -> str:
    """Return text in lower case without quotes, emphasis and final punctuation; empty for a long text."""
    if len(text) > LONGEST_QUESTION:
        return ""
    return " ".join(_SIGNS.sub("", text.casefold().replace("’", "'")).split()).strip(" .!?…")
