"""How to read what members say: follow-up questions, small talk, and questions about a whole book."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.books import Slug

LONGEST_REMARK = 60
"""Characters of small talk; a longer text is a question."""

LONGEST_QUESTION = 120
"""Characters of a question about a whole book; a longer one asks for something in it."""

FOLLOW_UP_WORDS = 8
"""Words of a follow-up question such as “and his wife?”; a longer question is read by itself."""

CONTEXT_LIMIT = 200
"""Characters of earlier questions that a follow-up is read with: in a long conversation, the last few questions."""

_NO_APOSTROPHE = re.compile(r"\b(what|who|where|how)s\b")
"""“whats it about”, as people type it on a phone."""

_FRAGMENT = re.compile(
    r"^\W*(?:and|but|or|what about|how about)(?!\s+(?:who|whom|whose|what|why|how|when|where|which)\b)(?:\s+\S+){1,3}$"
    r"|^\W*(?:and\s+)?(?:why|how|when|where|who|what|which)(?:\s+(?:not|so|exactly|then|else|next))?\W*$"
    r"|^\W*(?:go on|continue|tell (?:me|us) more|more|really|anything else|any(?:body|one) else)\b[\s\w,]{0,10}\W*$",
    re.IGNORECASE,
)
"""Too little to be a question of its own: “And Corrin?”, “Why?”, “Go on.”"""

_OPENING = re.compile(r"^\W*(?:and|but|so|then|or|also)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|these|those|then|next|else|ones)\b"
    r"|\bthis\b(?!\s+(?:book|novel|story|series|club|chapter|thread))"
    r"|(?:^\W*|\b(?:is|was|do|does|did|about|of|by|after|before|for|to|like|with|in|at|why|how|mean|means)\s+)that\b"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b"
    r"|(?<!\bno )(?<!\bany )\bone\b(?!\s+(?:of|day|night|morning|evening))",
    re.IGNORECASE,
)
"""Words that refer to something said before; “is there a storm” and “this book” do not."""

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+|^\W*[A-Z][a-z]+(?=['’]s?\s)")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, both of which the readers of the next reply may know."""

    question: str
    answer: str
    book: Slug | None = None


def standing_alone(question: str, before: Sequence[Exchange]) -> str:
    """Return a follow-up question with the earlier questions that it needs before it; any other question unchanged."""
    asked = [question]
    for exchange in reversed(before):
        if not is_follow_up(asked[0]):
            break
        asked.insert(0, exchange.question)
    earlier = " ".join(asked[:-1])
    kept = earlier if len(earlier) <= CONTEXT_LIMIT else earlier[-CONTEXT_LIMIT:].partition(" ")[2]
    return f"{kept} {question}" if kept else question


def is_follow_up(question: str) -> bool:
    """Return whether a question makes sense only after another one.

    “Does Silas love his brother?” names whose brother; “Why does he hate Silas?” does not say who hates.
    """
    if len(question.split()) > FOLLOW_UP_WORDS:
        return False
    if _FRAGMENT.search(question):
        return True
    pointing, name = _POINTING.search(question), _NAME.search(question)
    if name:
        return pointing is not None and pointing.start() < name.start()
    return bool(pointing or _OPENING.search(question))


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
    spelled = _NO_APOSTROPHE.sub(r"\1's", text.casefold().replace("’", "'"))
    return " ".join(_SIGNS.sub("", spelled).split()).strip(" .!?…")
