"""How to read follow-up questions, and who is meant by a name, a part of one, a role or a slip of the keys."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from corpus.books import Slug
from corpus.passages import Passage

FOLLOW_UP_WORDS = 8
"""Words of a follow-up question such as “and his wife?”; a longer question is read by itself."""

TURNS = 6
"""Turns of a conversation that are context for the next reply."""

CONTEXT_LIMIT = 200
"""Characters of earlier questions that a follow-up is read with: in a long conversation, the last few questions."""

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
    r"|(?<!\bno )(?<!\bany )\bone\b(?!\s+(?:of|day|night|morning|evening|sentence|line))",
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
_WHO_IS = re.compile(r"\W*(?:who(?:[’']?s| is| was| are)|tell (?:me|us) about)\b", re.IGNORECASE)
_ABOUT_SOMEBODY = re.compile(r"\W*(?:(?:and|but|so)\W+)?(?:who|tell (?:me|us) about)", re.IGNORECASE)
_PERSONAL = re.compile(
    r"\b(?P<he>he|him|himself)\b|\b(?P<his>his)\b|\b(?P<she>she|herself|her(?=\W*$| (?:to|in|on|at|by|for|with|from|and"
    r"|about|after|before|so|that|the|an?)\b))\b|\b(?P<hers>hers?)\b",
    re.IGNORECASE,
)
_MALE = re.compile(r"\b(?:sir|mr|lord|father|brother|king|man|boy|husband|son)\b", re.IGNORECASE)
_FEMALE = re.compile(
    r"\b(?:mrs|miss|ms|lady|mother|sister|queen|woman|girl|wife|daughter|mistress|widow)\b", re.IGNORECASE
)
_OTHER = re.compile(
    rf"(?:about |for )?the other(?: (?:one|guy|girl|person|{_MALE.pattern}|{_FEMALE.pattern}))?", re.IGNORECASE
)
_WHAT = (
    r"(?:\b,? (?:(?:is|was) )?(?:an?|the|her|his|\w+[’']s) (?:[\w-]+,? ){0,3}?|\b[^.!?]*?, an? (?:[\w-]+,? ){0,5}?)"
    rf"(?:{_MALE.pattern}|{_FEMALE.pattern})"
)
"""What follows a name and says what somebody is: “Selden is her younger brother”, “Silas rows home, a silent man”."""

ONE_SENTENCE = " in one sentence"
"""What a question ends with that is to be answered more briefly."""

CORRECTION_WORDS = 6
"""Words of a correction such as “no, I meant Corrin” at most; what is longer says something of its own."""

Turn = tuple[str, Exchange]
"""A question as it was typed, and the exchange with the question as it would be asked alone."""


def standing_alone(
    question: str, before: Sequence[Exchange], people: Sequence[str] = (),
    of_book: Callable[[str], object] = lambda _: "",
) -> str:  # fmt: skip
    """Return a question as it would be asked without what was said before it; `people` are names that readers know.

    `of_book` says of a question such as “Is it any good?” that it is about the book, whatever was said before.

    “Why does he lie?” becomes “Why does Silas lie?” after a question about Silas. What refers to no person comes with
    the earlier questions that it needs. “Shorter”, “go on” and “no, the other one” ask the last question once more.
    """
    told: list[Turn] = []
    for exchange in before[-TURNS:]:
        alone = _resolved(exchange.question, told, people, of_book)
        told.append((exchange.question, replace(exchange, question=alone)))
    return _resolved(question, told, people, of_book)


def goes_on(question: str) -> bool:
    """Return whether a question asks for more of the last answer."""
    return bool(_GO_ON.fullmatch(question))


def _resolved(question: str, told: Sequence[Turn], people: Sequence[str], of_book: Callable[[str], object]) -> str:
    if not told:
        return question
    last = told[-1][1].question
    if _SHORTER.fullmatch(question):
        return last if last.endswith(ONE_SENTENCE) else f"{last.rstrip(' ?.!')}{ONE_SENTENCE}"
    if goes_on(question):
        return last.removesuffix(ONE_SENTENCE)
    known = _persons(told, people)
    correction = _CORRECTION.fullmatch(question) if len(question.split()) <= CORRECTION_WORDS else None
    if correction and (put := _corrected(correction, told, known, people)):
        return put
    asked = _with_names(question, known, people, told) if known else question
    fragment, leaning, named = _FRAGMENT.search(asked), is_follow_up(asked), people_named(asked, people)
    if asked != question and not fragment:
        leaning = bool(_POINTING.search(re.sub("|".join(map(re.escape, known)), "", asked)))
    if fragment and (about := _ABOUT.match(asked)):
        if _WHO_IS.match(last):
            return f"Who is {asked[about.end() :]}"
        if named:
            return _about_another(named[0], last, people)
    if known and not named and 1 < len(asked.split()) <= 3 and not _COMPLETE.search(asked):  # “any kids?”
        return f"{asked.rstrip(' ?')} {known[0]}?"
    it_is_the_book = asked == question and (_ABOUT_SOMEBODY.match(last) or of_book(last)) and of_book(question)
    if not leaning or it_is_the_book:
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


def _corrected(found: re.Match[str], told: Sequence[Turn], known: Sequence[str], people: Sequence[str]) -> str:
    """Return the last question about somebody, now about whom a correction means; empty if that is not known.

    “The other one” shares a name with whom it was about, or else was talked of too.
    """
    last = next((e.question for _, e in reversed(told) if people_named(e.question, people)), "")
    meant = people_named(found["meant"], people)
    if last and _OTHER.fullmatch(found["meant"]):
        about = people_named(last, people)[0]
        male, female = (bool(words.search(found["meant"])) for words in (_MALE, _FEMALE))
        alike = [name for name in people if set(about.split()) & set(name.split())]
        meant = [
            name
            for name in (*alike, *known)
            if name != about and (not (male or female) or _may_be(name, told, male=male, sure=False))
        ]
    return _about_another(meant[0], last, people) if meant else ""


def _about_another(other: str, last: str, people: Sequence[str]) -> str:
    """Return a question about somebody, now about somebody else; if it was about nobody, who they are."""
    about = next(iter(people_named(last, people)), "")
    for part in (about, *about.split()[::-1]):
        if part and (at := re.search(rf"\b{re.escape(part)}\b", last, re.IGNORECASE)):
            return f"{last[: at.start()]}{other}{last[at.end() :]}"
    return f"Who is {other}?"


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
    return bool(pointing)


# People


ARTICLES = frozenset({"the", "an", "mr", "mister", "dr", "doctor"})
"""Words that do not tell one person from another."""

LIKE = 0.75
"""How alike (0 to 1) a word and a word of a name are if one is taken for the other."""

_ADJECTIVES = r"(?:(?!(?:of|to|in|for|by|from|with|at|on|who|whom|that|and|not|sent|told)\b)[\w’'-]+,? ){0,4}"
"""Words between “is” and a role: “is the tall, silent butler of the Hall”, but not “is afraid of the butler”."""


def people_meant(typed: str, people: Sequence[Passage]) -> tuple[dict[str, list[Passage]], bool]:
    """Return the people who may be meant, each with the passages about them, and whether that is a guess.

    Somebody of exactly this name is meant before those whose names hold it: “Stapleton” is not Miss Stapleton.
    """
    by_name: dict[str, list[Passage]] = {}
    for passage in people:
        if passage.heading:
            by_name.setdefault(passage.heading, []).append(passage)
    names = {name: set(name_words(name.casefold())) for name in by_name}
    wanted = set(name_words(typed.casefold()))
    wanted = wanted - ARTICLES or wanted
    found = _called(wanted, names)
    found = found or [name for name in by_name if wanted and _is_called(typed, wanted, names[name], by_name[name])]
    if found:
        return {name: by_name[name] for name in found}, False
    known = {word for words in names.values() for word in words}
    near = [get_close_matches(word, known, 1, LIKE) for word in wanted]
    alike = _called({word for words in near for word in words}, names) if all(near) else []
    return {name: by_name[name] for name in alike}, True


TITLES = ARTICLES | {"mrs", "miss", "ms", "sir", "lady", "lord", "inspector", "father", "mother", "old", "young", "of"}
"""Words of names that name nobody by themselves."""


def people_named(text: str, names: Iterable[str], *, written: bool = False) -> list[str]:
    """Return the names of people in a text, in its order: in full, or by a word that nobody else has.

    With `written`, only words with a capital count, as in an answer; members type names as they like.
    """
    said = name_words(text) if written else name_words(text.casefold())
    words = {name: name_words(name if written else name.casefold()) for name in names}
    held = Counter(word for its in words.values() for word in set(its))
    full = {name: its for name, its in words.items() if its and set(its) <= set(said)}
    taken = {word for its in full.values() for word in its}
    places: dict[str, int] = {name: min(map(said.index, its)) for name, its in full.items()}
    for name, its in words.items():
        alone = [w for w in its if w in said and held[w] == 1 and w not in taken and w.casefold() not in TITLES]
        if name not in full and alone:
            places[name] = min(map(said.index, alone))
    return sorted(places, key=lambda name: places[name])


def _called(wanted: set[str], names: dict[str, set[str]]) -> list[str]:
    """Return the names that have all wanted words; if there are some that have no others, these."""
    holding = [name for name, words in names.items() if wanted and wanted <= words]
    return [name for name in holding if names[name] - ARTICLES == wanted] or holding


def _is_called(typed: str, wanted: set[str], name: set[str], told: Iterable[Passage]) -> bool:
    """Return whether a character’s description gives them the role or the other name that was typed."""
    role = r"(?:[’']s)?\W+(?:the |an? )?".join(
        re.escape(word) for word in name_words(typed.casefold()) if word in wanted
    )
    says = re.compile(rf"(?!what\b)(?:\S+ ){{1,4}}?(?:is|was|been|called|named|as) {_ADJECTIVES}{role}\b(?![’'-]\w)")
    sentences = [sentence for p in told for sentence in p.sentences]
    text = " ".join(sentences)
    partly = bool(wanted & name) and all(re.search(rf"\b{re.escape(w.capitalize())}\b", text) for w in wanted - name)
    return partly or any(says.match(sentence.casefold()) for sentence in sentences)


def name_words(name: str) -> list[str]:
    """Return the words of a name, without punctuation, possessives and initials."""
    bare = re.sub(r"'s\b", "", name.replace("’", "'"))
    return [word for word in re.findall(r"\w+(?:['-]\w+)*", bare) if len(word) > 1]


def names_somebody(name: str, sentence: str) -> bool:
    """Return whether a sentence has a capitalised word of a name, or a word of a role after an article or an owner."""
    words = [re.escape(word) for word in name_words(name) if word.casefold() not in ARTICLES]
    named = "|".join(word.capitalize() for word in words)
    owned = rf"\b(?:the|an?|his|her|their|\w+[’']s) (?:\w+ )?(?:{'|'.join(words).casefold()})\b"
    return bool(words) and bool(re.search(rf"\b(?:{named})\b|{owned}", sentence))
