"""Answers to questions about a whole book or about the club, with one function for each kind of question.

`intents` recognises the kind. Every passage in an answer has passed the gate, as everywhere else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering import texts
from bot.answering.drafts import SOURCES, library_drafts
from bot.answering.intents import subject
from bot.answering.reply import OPINIONS, RECAP_LIMIT, Mode, Quote, Reply, length_asked, quoted
from bot.reading_order.text import needs, standing
from corpus.books import Book, Slug, Unit
from corpus.errors import PositionError
from corpus.library import Library
from corpus.passages import Passage, source_line
from corpus.positions import UNIT_WORDS, WORDS, parse_part, value
from corpus.text import plural
from retrieval.gate import Audience
from retrieval.retriever import RankedSentence, Retriever, text_stems

STORY_LIMIT = 900
"""Characters of the story so far as an answer to a question; /recap has more."""

PITCH_WORDS = 60
"""Words of a premise as an answer to a question; a book's card has all of it."""

LATEST = 3
"""How many themes, quotes or discussion questions an answer has, unless a number is asked for."""

DESCRIBED, SHOWN_PEOPLE = 14, 40
"""How many people are described in a list, and how many names it has at most: the last met ones."""

HALF_LINE = 80
"""Characters that describe a person in a list."""

BACKGROUND = ("background", "author", "reception", "answers")
"""Kinds of passages about how a book came about and what became of it."""


NO_GUESS = (
    "I won’t confirm or rule out a guess: that would be a spoiler either way. Read on, and ask me again then; "
    "/hint tells where to look."
)
NO_THEME = "I have nothing on that up to where you are. Ask for the themes so far, or for something to discuss."


class Talk(Protocol):
    """The discussion in which something is asked."""

    library: Library
    retriever: Retriever

    def recap(
        self, audience: Audience, book: Slug, part: str | tuple[int, int] = "", limit: int = RECAP_LIMIT,
        most: int | None = None,
    ) -> Reply:  # fmt: skip
        """Retell the story, or a part of it, as far as the audience has read it."""
        ...

    def order(self, audience: Audience, book: Slug | None = None, series: str | None = None) -> Reply:
        """Advise in which order to read books."""
        ...


@dataclass(frozen=True, slots=True)
class BookQuestion:
    """A question of a kind about a book, for an audience, and the discussion in which it is asked."""

    discussion: Talk
    question: str
    book: Book
    audience: Audience

    @property
    def books(self) -> Mapping[Slug, Book]:
        """The books that may be named to the audience."""
        return self.discussion.library.books.of(self.audience.club)

    @property
    def at(self) -> int:
        """How far the audience has read."""
        return self.audience.at(self.book.slug)

    def passages(self, *kinds: str) -> list[Passage]:
        """Return the library's passages of some kinds that the audience may see."""
        told = self.discussion.retriever.passages(self.book.slug, self.audience, kinds)
        return [p for p in told if not p.by_member]

    def says(self, text: str, told: Sequence[Passage] = ()) -> Reply:
        """Return a reply with a text, made of these passages."""
        quotes = tuple(Quote(p.text, source_line(p, self.book)) for p in told)
        sources = tuple(dict.fromkeys(quote.source for quote in quotes))
        return Reply("ask", self.book.slug, text, True, quotes=quotes, sources=sources)

    def nothing(self, text: str) -> Reply:
        """Return a reply that says that there is nothing here on what is asked, and what to do instead."""
        return replace(self.says(text), answered=False)

    @property
    def subject(self) -> frozenset[str]:
        """The stems of what is asked about, beside the book itself."""
        return subject(self.question) - text_stems(" ".join(self.book.names))

    def whole(self, told: Sequence[Passage]) -> Reply:
        """Return a reply that quotes passages in full, each on a line of its own."""
        return self.says("\n".join(p.text for p in told), told)

    def fitting(self, kinds: Sequence[str], holding: str = "") -> Reply | None:
        """Quote the sentences of some kinds that fit the question best, of those that hold one of these words."""
        search = self.discussion.retriever.search(self.question, self.audience, self.book.slug)
        wanted = text_stems(holding)

        def fits(sentence: RankedSentence) -> bool:
            return sentence.passage.kind in kinds and (not wanted or bool(wanted & sentence.stems))

        found = quoted(tuple(filter(fits, search.sentences)), {self.book.slug: self.book})
        if not found.quotes:
            return None
        return Reply(
            "ask", self.book.slug, found.body, True, search.withheld, search.passages, found.quotes,
            mode=Mode.QUOTE, sources=found.sources,
        )  # fmt: skip

    def retold(self, part: str | tuple[int, int]) -> Reply:
        """Retell the story so far, or a part of it, in as many sentences as the question wants."""
        most, _ = length_asked(self.question)
        return self.discussion.recap(self.audience, self.book.slug, part, STORY_LIMIT, most)

    def matching(self, told: Sequence[Passage]) -> list[Passage]:
        """Return the passages that hold a word of what the question is about, or else all of them."""
        return [p for p in told if self.subject & text_stems(f"{p.heading} {p.text}")] or list(told)

    def of_author(self, holding: str) -> Reply | None:
        """Quote what is known of the author, from this book’s texts or others’ of theirs, with one of these words."""
        wanted, name = text_stems(holding), self.book.author.split()[-1]
        others = [o for o in self.books.values() if o.author == self.book.author and o.slug != self.book.slug]
        for about in (self, *(replace(self, book=other) for other in others)):
            told = [p for p in about.passages("author", "background") if name in p.text]
            said = [(s, p) for p in told for s in p.sentences if wanted & text_stems(s)]
            if quotes := tuple(Quote(s, source_line(p, about.book)) for s, p in said[:2]):
                body, sources = " ".join(f"“{q.text}”" for q in quotes), tuple(dict.fromkeys(q.source for q in quotes))
                return Reply("ask", self.book.slug, body, True, quotes=quotes, sources=sources)
        return None


# The story


def _recap(asked: BookQuestion) -> Reply:
    told = asked.retold("")
    if told.answered:
        return told
    pitch = _premise(asked)
    return replace(pitch, body=f"There is no story so far. What it is about: {pitch.body}") if pitch.answered else pitch


_LAST = re.compile(
    rf"\b(?:last|latest|previous|most recent|this)\s+(?:(?P<many>\d|{WORDS})\s+)?(?:{'|'.join(UNIT_WORDS.values())})"
    r"|\bchapter (?:i|we) (?:just )?(?:read|finished)"
)
_END = re.compile(r"\b(?:end(?:s|ed|ing)?|final (?:chapter|part|section)|conclu\w+)\b")
_START = re.compile(r"\b(?:start|beg[aiu]n|opening|first (?:chapter|part|section))")
_PLACED = re.compile(rf"%|per ?cent|\b(?:{'|'.join(UNIT_WORDS.values())})")
_COUNTED = re.compile(rf"\d|{WORDS}")
_ENDS = re.compile(rf"(?:\d|%|per ?cent|\b(?:{WORDS}|{'|'.join(UNIT_WORDS.values())}))$")

WINDOW = 6
"""Words of a question that name a part at most: “from chapter 5 to chapter 7”."""


def part_in(question: str, book: Book, reached: Sequence[int]) -> tuple[int, int] | None:
    """Return the first and last mark of the part that a question names, if any.

    `reached` are the marks that its reader has texts for: “the last two chapters” are the last two of them.
    """
    said = " ".join(question.casefold().replace("–", "-").split())
    if (last := _LAST.search(said)) and reached:
        many = int(value(last["many"])) if last["many"] else 1
        return reached[-min(many, len(reached))], reached[-1]
    words = said.split()
    for length in range(min(WINDOW, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            part = " ".join(words[start : start + length]).strip("?!.,;:")
            if _PLACED.search(part) and _COUNTED.search(part) and _ENDS.search(part):
                with suppress(PositionError):
                    return parse_part(part, book)
    if _END.search(said):
        return book.marks, book.marks
    return (1, max(1, *reached[:1])) if _START.search(said) else None


def _part(asked: BookQuestion) -> Reply | None:
    told = [p for p in asked.passages("summary") if p.mark]
    part = part_in(asked.question, asked.book, sorted({p.mark for p in told}))
    if part is None:
        return None
    return asked.retold(part)


_IS = re.compile(r"^(?:[A-Z]\w*\W+(?:\w+\W+){0,4}?)(?:is|was) (?=(?:an?|the|one|\w+[’']s?)\b)")


def _cast(asked: BookQuestion) -> Reply:
    if asked.subject and (named := [s for s in _introduced(asked) if asked.subject & text_stems(s)]):
        return asked.says(" ".join(named[:LATEST]))
    first: dict[str, Passage] = {}
    for passage in asked.passages("people"):
        if passage.heading:
            first.setdefault(passage.heading, passage)
    met = list(first.items())[-SHOWN_PEOPLE:]
    if not met:
        names = list(filter(_NAME.match, _introduced(asked))) or list(filter(_NAME.search, _introduced(asked)))
        return asked.says(f"Nobody has been met yet. {' '.join(names[:LATEST])}") if names else _premise(asked)
    lines = [f"{name}: {_half_line(passage.sentences[0])}" for name, passage in met[:DESCRIBED]]
    others = [f"Also {', '.join(name for name, _ in met[DESCRIBED:])}."] if met[DESCRIBED:] else []
    return replace(asked.says("\n".join([*lines, *others])), sources=("who is who",))


_NAME = re.compile(r"\b(?!The |An? )(?:[A-Z][\w’-]+ ){1,2}[A-Z][\w’-]+")


def _introduced(asked: BookQuestion) -> list[str]:
    """Return the sentences that introduce people: of who is who, and of the premise."""
    people = [f"{p.heading}: {p.sentences[0]}" for p in asked.passages("people") if p.heading]
    return people + [s for p in asked.passages("premise") for s in p.sentences]


def _half_line(sentence: str) -> str:
    """Return what a sentence says of somebody, in a few words: “a young country doctor from Dartmoor”."""
    said = _IS.sub("", sentence).rstrip(".")
    if len(said) > HALF_LINE:
        said = re.sub(r"[,;:]? (?:\S*|(?:and|or|who|of|the|in|to|with|an?) \S*)$", " …", said[:HALF_LINE])
    return said


def _premise(asked: BookQuestion) -> Reply:
    told = asked.discussion.retriever.passages(asked.book.slug, Audience(club=asked.audience.club), ("premise",))
    most, _ = length_asked(asked.question)
    said = [s for p in told for s in p.sentences]
    if most == 1 and len(said) > 1 and len(" ".join(said[:2]).split()) <= PITCH_WORDS:
        opening = said[1] if said[1].split()[0] not in _LOWERED else said[1][0].lower() + said[1][1:]
        said = [f"{said[0].rstrip('.')}; {opening}"]
    kept: list[str] = []
    for sentence in said:
        if kept and (len(kept) == most or len(f"{' '.join(kept)} {sentence}".split()) > PITCH_WORDS):
            break
        kept.append(sentence)
    if not kept:
        return asked.retold("")
    return replace(asked.says(" ".join(kept), told[:1]), quotes=(Quote(" ".join(kept), "premise"),))


_LOWERED = frozenset({"A", "After", "An", "At", "He", "In", "It", "One", "She", "The", "Then", "They", "When", "While"})
"""Words that begin with a small letter within a sentence."""


_TONE = re.compile(
    r"\b(?:satir|funny|humou?r|comed|comic|iron|parod|joke|serious|polit|allegor|critique)", re.IGNORECASE
)
_TITLE = re.compile(r"\b(?:title|called)\b", re.IGNORECASE)


def _themes(asked: BookQuestion) -> Reply | None:
    known, about = asked.passages("themes"), asked.subject
    if _TITLE.search(asked.question):
        about |= text_stems("title") | text_stems(asked.book.title)
    elif _TONE.search(asked.question):
        about |= text_stems("funny comic bitter satire irony humour serious grim novel")
    told = [p for p in known if about & text_stems(f"{p.heading} {p.text}")] if about else known
    if not told or _TONE.search(asked.question):
        kinds = ("premise", "glossary", "people", *BACKGROUND)
        beside = asked.fitting(kinds, " ".join(about)) if about else None
        if beside or not told:
            return beside or asked.nothing(NO_THEME)
    told = told[-LATEST:]
    lines = (f"{p.heading}: {p.text}" if len(told) == 1 else f"{p.heading}: {p.sentences[0]}" for p in told)
    return asked.says("\n".join(lines), told)


def _clues(asked: BookQuestion) -> Reply | None:
    told = asked.passages("clues")[-2 * LATEST :]
    if told:
        return asked.whole(told)
    asking = [p for p in asked.passages("discussion") if p.mark][-LATEST:]
    return asked.says("\n".join(p.text for p in asking), asking) if asking else None


def _guess(asked: BookQuestion) -> Reply | None:
    return asked.says(NO_GUESS) if asked.at < asked.book.marks else None


def _setting(asked: BookQuestion) -> Reply | None:
    told = asked.passages("setting")
    if told:
        return asked.whole([*told[:1], *asked.matching(told[1:])[-1:]])
    when = f"The story takes place around {asked.book.story_time}." if asked.book.story_time else ""
    told = asked.passages("premise")[:1]
    return asked.says(" ".join(filter(None, (when, *(p.text for p in told)))), told) if told or when else None


# What is known about the book


def _opinions(asked: BookQuestion) -> Reply:
    ratings = asked.book.ratings
    stars = f"{ratings.average:.2f} of 5 stars" if ratings else ""
    count = f" from {plural(ratings.count, 'rating')}" if ratings and ratings.count else ""
    source = f" ({ratings.source})" if ratings and ratings.source else ""
    rated = f"Readers give it {stars}{count}{source}." if stars else ""
    if said := asked.fitting(OPINIONS):
        return replace(said, body=f"{rated} {said.body}".strip())
    known = rated or texts.no_opinions(asked.book)
    said = asked.fitting(("background", "premise"), "success famous classic best critic received won prize")
    if said is None or not _ACCLAIM.search(said.body) or _ON_SCREEN.search(said.body):
        return asked.says(known) if rated else asked.nothing(known)
    return replace(said, body=f"{known} {said.body}")


_ACCLAIM = re.compile(
    r"\b(?:success|famous|famously|classic|best|acclaimed|praised|critics?|won|prize|award)\b", re.IGNORECASE
)
_ON_SCREEN = re.compile(r"\b(?:film\w*|movie|played|plays|actors?|television|radio|BBC|screen|series)\b", re.IGNORECASE)


def _prizes(asked: BookQuestion) -> Reply:
    told = asked.fitting(BACKGROUND, "prize award awarded medal dagger won shortlist nominated")
    return told or asked.nothing(f"The library names no prizes for {asked.book.title}.")


def _films(asked: BookQuestion) -> Reply:
    told = asked.fitting(BACKGROUND, "film filmed movie television tv series radio dramatisation stage screen")
    return told or asked.nothing(f"The library names no film, series or play of {asked.book.title}.")


def _warnings(asked: BookQuestion) -> Reply:
    told = asked.passages("warnings")
    if not told:
        return asked.nothing(f"The library has no content warnings for {asked.book.title}.")
    kept = " I don’t say who lives and who dies before you have read it." if asked.at < asked.book.marks else ""
    return asked.says(f"Content warnings: {' '.join(p.text for p in reversed(told))}{kept}", told)


def _length(asked: BookQuestion) -> Reply:
    book = asked.book
    parts = [part.title for part in book.parts]
    divided = f" It has {len(parts)} parts: {', '.join(parts)}." if parts and book.unit is not Unit.PART else ""
    pages = f"It has {book.pages} pages." if book.pages else "Its number of pages is not known here."
    size = "is counted in percent here" if book.unit is Unit.PERCENT else f"has {texts.measure(book)[:-1]}"
    return asked.says(f"{book.title} {size}.{divided}{f' {pages}' if book.unit is not Unit.PAGE else ''}")


def _left(asked: BookQuestion) -> Reply:
    book, at = asked.book, asked.at
    left, share = book.marks - at, f"{round(100 * at / book.marks)}%"
    where = texts.place_sentence(book, at)
    if not left:
        return asked.says(where)
    if book.unit is Unit.PERCENT:
        return asked.says(f"{where} {round(100 * left / book.marks)}% of it is left.")
    most = plural(left, book.unit.value)
    pages = f", about {round(book.pages * left / book.marks)} pages" if book.pages else ""
    days = f"; {_pace(asked.question.casefold(), left, book.unit.value)}" if left > 2 else ""
    return asked.says(f"{where} {most} {'is' if left == 1 else 'are'} left{pages} ({share} read){days}.")


_DAILY = re.compile(rf"\b(\d+|{WORDS}) \w+ (?:a|per|each|every) day")
_WITHIN = re.compile(rf"\b(?:in|within|for|have|got|next) (?:the next )?(\d+|{WORDS}|a) (day|week)s?\b")


def _pace(said: str, left: int, unit: str) -> str:
    """Return how long the rest takes at the pace that a question names, or what pace its time needs."""
    if daily := _DAILY.search(said):
        many = max(1, int(value(daily[1])))
        return f"at {plural(many, unit)} a day, that is {plural(-(-left // many), 'day')}"
    if within := _WITHIN.search(said):
        days = max(1, 1 if within[1] == "a" else int(value(within[1]))) * (7 if within[2] == "week" else 1)
        return f"in {plural(days, 'day')}, that is {plural(-(-left // days), unit)} a day"
    return f"at two a day, that is {plural(-(-left // 2), 'day')}"


_LIFE = {
    r"old|age|young|born|birth|dead|alive|die|died": "born died old age years",
    r"real name|pen.?name|pseudonym|called": "name pen-name",
    r"spy|spies|agent|service|intelligence|mi[56]|job|work\w*|soldier|doctor|teacher|police\w*|army": "intelligence "
    "spy service trained taught worked working served officer job",
    r"go|went|been|visit\w*|travel\w*|places?|research|live[ds]?|from": "travelled visited lived born",
    r"real|true|based|inspir\w*|ideas?|why|model\w*|happen\w*|life|about": "based real modelled model inspired idea "
    "reason reasons thanked told lent legend knew origin",
}
"""Things that are asked about an author, each with words that a sentence about it uses."""

_BORN = re.compile(r"\b(?:born|from)\b[^.]*?\b(1[5-9]\d\d|20\d\d)\b")


def _author(asked: BookQuestion) -> Reply:
    book, said = asked.book, asked.question.casefold()
    by = f"{book.title} is by {book.author}{f' ({book.year})' if book.year else ''}."
    asks = (words for pattern, words in _LIFE.items() if re.search(rf"\b(?:{pattern})\b", said))
    told = next(filter(None, map(asked.of_author, asks)), None)
    if told and re.search(r"\b(?:old|age|young)\b", said):
        born = asked.of_author("born")
        year = _BORN.search(born.body) if born else None
        if year and book.year:
            age = book.year - int(year[1])
            by = f"{book.author} was {age - 1} or {age} when {book.title} came out."
    told = told or asked.fitting(("author", "background"))
    return replace(told, body=f"{by} {told.body}") if told else asked.says(by)


def _other_books(asked: BookQuestion) -> Reply:
    book, library = asked.book, asked.books
    others = [o.title for o in texts.in_order(library.values()) if o.author == book.author and o.slug != book.slug]
    others += [o.title for o in book.similar if o.author == book.author and o.title not in others]
    if others:
        return asked.says(f"Also by {book.author}: {', '.join(others)}.")
    return _author(asked)


def _published(asked: BookQuestion) -> Reply:
    return asked.says("\n".join((*texts.cover_lines(asked.book), texts.measure(asked.book))))


# What to read


def _order(asked: BookQuestion) -> Reply:
    series = asked.book.series or None
    return asked.discussion.order(asked.audience, None if series else asked.book.slug, series)


def _needs(asked: BookQuestion) -> Reply:
    book, library = asked.book, asked.books
    before = needs(book, library, asked.audience.positions)
    if not before:
        return asked.says(standing(book.slug, library))
    words = {True: "Best read first", False: "It helps to know"}
    lines = [f"{words[need.firm]} {need.title}{f': {need.reason}' if need.reason else '.'}" for need in before]
    number = f"{book.title} is number {book.series_number:g} of {book.series}." if book.series_number else ""
    return asked.says("\n".join(filter(None, (*lines, number))))


def _next(asked: BookQuestion) -> Reply:
    book, library = asked.book, asked.books
    later = (o for o in texts.in_order(library.values()) if book.series and o.series == book.series)
    for other in later:
        unread = asked.audience.at(other.slug) < other.marks
        if unread and (other.series_number or 0) > (book.series_number or 0):
            year = f" ({other.year})" if other.year else ""
            return asked.says(f"Next in {book.series}: {other.title}{year}. /order shows the whole order.")
    return _similar(asked) if book.similar else _order(asked)


def _similar(asked: BookQuestion) -> Reply:
    book = asked.book
    if not book.similar:
        return asked.says(texts.similar_list(book))
    lines = "\n".join(f"{o.title}{texts.said_of_similar(o)}" for o in book.similar[:LATEST])
    return asked.says(f"If you liked {book.title}, you may like:\n{lines}")


# For the club


_THING = r"(?:questions?|prompts?|points?|quotes?|lines?|passages?|sentences?)"
_MANY = re.compile(rf"\b(?P<many>\d+|{WORDS})\b(?!\s*[-%])[a-z ]{{0,20}}\b{_THING}")
_ONE = re.compile(rf"\b(?:an?|the)\b(?: \w+){{0,2}} {_THING[:-1]})(?<!s)\b")


def _many(question: str) -> int:
    """Return how many questions or quotes are asked for."""
    said = question.casefold()
    if found := _MANY.search(said):
        return max(1, min(10, int(value(found["many"]))))
    return 1 if _ONE.search(said) else LATEST


def _discussion(asked: BookQuestion) -> Reply:
    many, told = _many(asked.question), asked.passages("discussion")
    if part := part_in(asked.question, asked.book, sorted({p.mark for p in told})):
        told = [p for p in told if part[0] <= p.mark <= part[1]] or told
    wanted = asked.matching(told)
    people = [p for p in asked.passages("people") if text_stems(p.heading) & subject(asked.question)]
    if people and len(wanted) == len(told):
        drafts = library_drafts("character", asked.book, asked.at, [*people, *asked.passages("themes")])
        named = [d.text for d in drafts if text_stems(d.text) & text_stems(people[0].heading)]
        if named:
            return asked.says("\n".join(named[:many]))
    wanted = sorted(wanted, key=lambda p: p.mark)[-many:]
    if wanted:
        return asked.whole(wanted)
    drafts = library_drafts("personal", asked.book, asked.at, asked.passages(*SOURCES))
    return asked.says("\n".join(draft.text for draft in drafts[:many]))


def _quotes(asked: BookQuestion) -> Reply:
    told = asked.passages("quotes")
    if told and (part := part_in(asked.question, asked.book, sorted({p.mark for p in told}))):
        told = [p for p in told if part[0] <= p.mark <= part[1]]
    if not told:
        return asked.nothing(
            "I have no quotes from what you’ve read so far. A recap or something to discuss I do have."
        )
    fitting = asked.matching(told)
    reply = asked.whole(sorted(fitting, key=lambda p: p.mark)[-_many(asked.question) :])
    on_another = asked.subject and len(fitting) == len(told) and re.search(r"\b(?:about|on|by)\b", asked.question)
    return replace(reply, body=f"I have no quote on that. What I have:\n{reply.body}") if on_another else reply


def _reading(asked: BookQuestion) -> Reply:
    return asked.says(f"The book here is {asked.book.title} by {asked.book.author}.")


def _meeting(asked: BookQuestion) -> Reply:
    return asked.nothing("I know of no meeting here. In a Discord server, /schedule show tells when a club meets.")


def _place(asked: BookQuestion) -> Reply:
    return asked.says(f"{asked.book.title}: {texts.place_sentence(asked.book, asked.at)}")


def _library(asked: BookQuestion) -> Reply:
    titles = [book.title for book in texts.in_order(asked.books.values())]
    return asked.says(f"{plural(len(titles), 'book')}: {', '.join(titles)}.")


ANSWERS: Mapping[str, Callable[[BookQuestion], Reply | None]] = {
    "recap": _recap, "part": _part, "cast": _cast, "premise": _premise, "opinions": _opinions, "prizes": _prizes,
    "films": _films, "warnings": _warnings, "length": _length, "left": _left, "author": _author,
    "other_books": _other_books, "published": _published, "order": _order, "needs": _needs, "next": _next,
    "similar": _similar, "discussion": _discussion, "themes": _themes, "quotes": _quotes, "clues": _clues,
    "guess": _guess, "setting": _setting, "reading": _reading, "meeting": _meeting, "place": _place,
    "library": _library,
}  # fmt: skip
"""What answers each kind of question; None means that it is answered from the passages after all."""
