"""How to read what members say: follow-up questions, small talk, and questions about a whole book."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.answering.people import people_named
from corpus.books import Slug

LONGEST_REMARK = 60
"""Characters of small talk; a longer text is a question."""

LONGEST_QUESTION = 120
"""Characters of a question about a whole book; a longer one asks for something in it."""

FOLLOW_UP_WORDS = 8
"""Words of a follow-up question such as “and his wife?”; a longer question is read by itself."""

TURNS = 6
"""Turns of a conversation that are context for the next reply."""

CONTEXT_LIMIT = 200
"""Characters of earlier questions that a follow-up is read with: in a long conversation, the last few questions."""

_NO_APOSTROPHE = re.compile(r"\b(what|who|where|how)s\b")
"""“whats it about”, as people type it on a phone."""

_FRAGMENT = re.compile(
    r"^\W*(?:and|but|or|what about|how about)(?!\s+(?:who|whom|whose|what|why|how|when|where|which)\b)(?:\s+\S+){1,3}$"
    r"|^\W*(?:(?:and|but|so)\s+)?(?:why|how|when|where|who|what|which)(?:\s+(?:not|so|exactly|then|else|next))?\W*$"
    r"|^\W*(?:go on|continue|tell (?:me|us) more|more|really|anything else|any(?:body|one) else)\b[\s\w,]{0,10}\W*$",
    re.IGNORECASE,
)
"""Too little to be a question of its own: “And Corrin?”, “Why?”, “Go on.”"""

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


_SHORTER = re.compile(
    r"\W*(?:(?:can|could|would) you |please )?(?:(?:make|say|put|tell) (?:it|that) )?(?:a bit |much |even )?"
    r"(?:shorter|briefer|more (?:briefly|shortly)|in short|too long)(?: please| version)?\W*",
    re.IGNORECASE,
)
_GO_ON = re.compile(
    r"\W*(?:please )?(?:go on|continue|keep going|(?:tell (?:me|us) )?more|what else|anything else)(?: please)?\W*",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\W*(?:(?:no|nope|nah|sorry|wait)\W+(?:i mean[t]?\W+)?|i mean[t]?\W+)(?:not \w+\W+(?:but )?)?(?P<meant>.+?)\W*",
    re.IGNORECASE,
)
_OTHER = re.compile(r"(?:about |for )?the other(?: (?:one|man|woman|guy|girl|person|\w+))?", re.IGNORECASE)
_WHO_IS = re.compile(r"\W*(?:who(?:[’']?s| is| was| are)|tell (?:me|us) about)\b", re.IGNORECASE)
_PERSONAL = re.compile(
    r"\b(?P<he>he|him|himself)\b|\b(?P<his>his)\b|\b(?P<she>she|herself|her(?=\W*$| (?:to|in|on|at|by|for|with|from|and"
    r"|about|after|before|so|that|the|an?)\b))\b|\b(?P<hers>hers?)\b",
    re.IGNORECASE,
)
_MALE = re.compile(r"\b(?:sir|mr|lord|father|brother|king|man|boy|husband|son)\b", re.IGNORECASE)
_FEMALE = re.compile(
    r"\b(?:mrs|miss|ms|lady|mother|sister|queen|woman|girl|wife|daughter|mistress|widow)\b", re.IGNORECASE
)
_WHAT = (
    r"(?:\b,? (?:(?:is|was) )?(?:an?|the|her|his|\w+[’']s) (?:[\w-]+,? ){0,3}?|\b[^.!?]*?, an? (?:[\w-]+,? ){0,5}?)"
    rf"(?:{_MALE.pattern}|{_FEMALE.pattern})"
)
"""What follows a name and says what somebody is: “Selden is her younger brother”, “Silas rows home, a silent man”."""

ONE_SENTENCE = " in one sentence"
"""What a question ends with that is to be answered more briefly."""

CORRECTION_WORDS = 6
"""Words of a correction such as “no, the other one” at most; what is longer says something of its own."""


Turn = tuple[str, Exchange]
"""A question as it was typed, and the exchange with the question as it would be asked alone."""


def standing_alone(question: str, before: Sequence[Exchange], people: Sequence[str] = ()) -> str:
    """Return a question as it would be asked without what was said before it; `people` are names that readers know.

    “Why does he lie?” becomes “Why does Silas lie?” after a question about Silas. What refers to no person comes with
    the earlier questions that it needs. “Shorter”, “go on” and “no, the other one” ask the last question once more.
    """
    told: list[Turn] = []
    for exchange in before[-TURNS:]:
        told.append((exchange.question, replace(exchange, question=_resolved(exchange.question, told, people))))
    return _resolved(question, told, people)


def goes_on(question: str) -> bool:
    """Return whether a question asks for more of the last answer."""
    return bool(_GO_ON.fullmatch(question))


def _resolved(question: str, told: Sequence[Turn], people: Sequence[str]) -> str:
    if not told:
        return question
    last = told[-1][1].question
    if _SHORTER.fullmatch(question):
        return last if last.endswith(ONE_SENTENCE) else f"{last.rstrip(' ?.!')}{ONE_SENTENCE}"
    if goes_on(question):
        return last
    known = _persons(told, people)
    correction = _CORRECTION.fullmatch(question)
    if (
        correction
        and len(question.split()) <= CORRECTION_WORDS
        and (put := _corrected(correction, last, known, people))
    ):
        return put
    asked = _with_names(question, known, people, told) if known else question
    fragment = is_fragment(asked)
    leaning = is_follow_up(asked)
    if asked != question and not fragment:
        leaning = bool(_POINTING.search(re.sub("|".join(map(re.escape, known)), "", asked)))
    if fragment and (about := _ABOUT.match(asked)) and _WHO_IS.match(last):
        return f"Who is {asked[about.end() :]}"
    if known and _is_scrap(asked, people):
        return f"{asked.rstrip(' ?')} {known[0]}?"
    if not leaning:
        return asked
    kept = last if len(last) <= CONTEXT_LIMIT else last[-CONTEXT_LIMIT:].partition(" ")[2]
    return f"{kept} {asked}"


_ABOUT = re.compile(
    r"\W*(?:and|but|or|what about|how about)\s+(?!(?:who|whom|whose|what|why|how|when|where|which|then|so|not)\b)",
    re.IGNORECASE,
)
_COMPLETE = re.compile(
    r"\b(?:who|whom|whose|what|whats|which|why|how|when|where|is|are|was|were|do|does|did|has|have|had|can|could|will"
    r"|would|should|tell|recap|hello|hi|hey|thanks|thank|help|yes|no|ok|okay|bye)\b",
    re.IGNORECASE,
)


def _is_scrap(asked: str, people: Sequence[str]) -> bool:
    """Return whether a question is a few words about somebody who is not named: “any kids?”."""
    return 1 < len(asked.split()) <= 3 and not _COMPLETE.search(asked) and not people_named(asked, people)


def _persons(told: Sequence[Turn], people: Sequence[str]) -> list[str]:
    """Return whom a pronoun may mean, the likeliest first: whom the last question called he, or named, or found."""
    found: list[str] = []
    for typed, exchange in reversed(told):
        named = people_named(typed, people)
        asked = sorted(people_named(exchange.question, people), key=lambda name: name in named)
        said = [name for name in people_named(exchange.answer, people, written=True) if name not in asked]
        who = re.match(r"\W*who", exchange.question, re.IGNORECASE)
        of_another = who and (not _WHO_IS.match(exchange.question) or re.search(r"[’']s \w", exchange.question[6:]))
        found += [*said[:1], *asked, *said[1:]] if of_another else [*asked, *said]
    return list(dict.fromkeys(found))


def _with_names(question: str, known: Sequence[str], people: Sequence[str], told: Sequence[Turn]) -> str:
    """Put the names of people in place of pronouns; those that mean somebody in the question itself stay."""
    own = people_named(question, people)
    said = re.search(
        "|".join(rf"\b{re.escape(word)}\b" for name in own for word in name.split()), question, re.IGNORECASE
    )
    after = said.start() if own and said else len(question)
    meant: dict[tuple[bool, bool], str] = {}

    def named(found: re.Match[str]) -> str:
        male, owner = found.lastgroup in ("he", "his"), found.lastgroup in ("his", "hers")
        subject = owner or found[0].lower() in ("he", "she")
        if subject and after < found.start():
            return found[0]
        sure = any(other is not male for other, _ in meant)
        fitting = [n for n in known if n not in own and _may_be(n, told, male=male, sure=sure)]
        free = [n for n in fitting if n not in meant.values()] or fitting
        if not free:
            return found[0]
        name = meant.setdefault((male, subject), free[0])
        return f"{name}’s" if owner else name

    return _PERSONAL.sub(named, question)


def _may_be(name: str, told: Sequence[Turn], *, male: bool, sure: bool) -> bool:
    """Return whether somebody may be called he, or she: by their title, or by what an answer says that they are.

    If neither says it, they may, unless it has to be `sure`.
    """
    ours, others = (_MALE, _FEMALE) if male else (_FEMALE, _MALE)
    is_ = re.compile(re.escape(name.split()[-1]) + _WHAT, re.IGNORECASE)
    said = [name, *(found[0] for _, e in told for found in is_.finditer(e.answer))]
    first = next((text for text in said if ours.search(text) or others.search(text)), "")
    return bool(ours.search(first)) if first else not sure


def _corrected(found: re.Match[str], last: str, known: Sequence[str], people: Sequence[str]) -> str:
    """Return the last question about whom a correction means instead; empty if that is not known."""
    about = next((name for name in people_named(last, people)), "")
    meant = found["meant"]
    if _OTHER.fullmatch(meant):
        words = set(about.split())
        others = [name for name in people if name != about and words & set(name.split())] if about else []
        others += [name for name in known if name != about]
        other = others[0] if others else ""
    else:
        other = next(iter(people_named(meant, people)), "")
    if not other:
        return ""
    for part in (about, *about.split()[::-1]):
        if part and (at := re.search(rf"\b{re.escape(part)}\b", last, re.IGNORECASE)):
            return f"{last[: at.start()]}{other}{last[at.end() :]}"
    return f"Who is {other}?"


def is_fragment(question: str) -> bool:
    """Return whether a question is too little to be one of its own, as “And Corrin?” and “Why?” are."""
    return bool(_FRAGMENT.search(question))


def is_follow_up(question: str) -> bool:
    """Return whether a question makes sense only after another one.

    “Does Silas love his brother?” names whose brother; “Why does he hate Silas?” does not say who hates.
    """
    if len(question.split()) > FOLLOW_UP_WORDS:
        return False
    if is_fragment(question):
        return True
    pointing, name = _POINTING.search(question), _NAME.search(question)
    if name:
        return pointing is not None and pointing.start() < name.start()
    return bool(pointing)


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
