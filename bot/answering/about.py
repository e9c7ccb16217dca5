"""Answers to questions about a whole book or about the club, with one function for each kind of question."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.answering import texts
from bot.answering.drafts import SOURCES, library_drafts
from bot.answering.intents import subject
from bot.answering.reply import OPINIONS, Quote, Reply, chosen, length_asked, of_passages, quoted, sources_of
from bot.reading_order.advice import needs, standing
from corpus.books import Book, Slug, Unit
from corpus.errors import PositionError
from corpus.passages import Passage, credits_of, source_line
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

_IS = re.compile(r"^(?:[A-Z]\w*\W+(?:\w+\W+){0,4}?)(?:is|was) (?=(?:an?|the|one|\w+[’']s?)\b)")

_NAME = re.compile(r"\b(?!The |An? )(?:[A-Z][\w’-]+ ){1,2}[A-Z][\w’-]+")

_LOWERED = frozenset({"A", "After", "An", "At", "He", "In", "It", "One", "She", "The", "Then", "They", "When", "While"})
"""Words that begin with a small letter within a sentence."""

_TONE = re.compile(
    r"\b(?:satir|funny|humou?r|comed|comic|iron|parod|joke|serious|polit|allegor|critique)", re.IGNORECASE
)
_TITLE = re.compile(r"\b(?:title|called)\b", re.IGNORECASE)

_ACCLAIM = re.compile(
    r"\b(?:success|famous|famously|classic|best|acclaimed|praised|critics?|won|prize|award)\b", re.IGNORECASE
)
_ON_SCREEN = re.compile(r"\b(?:film\w*|movie|played|plays|actors?|television|radio|BBC|screen|series)\b", re.IGNORECASE)

_DAILY = re.compile(rf"\b(\d+|{WORDS}) \w+ (?:a|per|each|every) day")
_WITHIN = re.compile(rf"\b(?:in|within|for|have|got|next) (?:the next )?(\d+|{WORDS}|a) (day|week)s?\b")

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

_THING = r"(?:questions?|prompts?|points?|quotes?|lines?|passages?|sentences?)"
_MANY = re.compile(rf"\b(?P<many>\d+|{WORDS})\b(?!\s*[-%])[a-z ]{{0,20}}\b{_THING}")
_ONE = re.compile(rf"\b(?:an?|the)\b(?: \w+){{0,2}} {_THING[:-1]})(?<!s)\b")


@dataclass(frozen=True, slots=True)
class BookQuestion:
    """A question of a kind about a book, for an audience that may know `books`; and what else the discussion can do."""

    question: str
    book: Book
    audience: Audience
    books: Mapping[Slug, Book]
    retriever: Retriever
    texts: Callable[..., list[Passage]]
    recap: Callable[..., Reply]
    order: Callable[..., Reply]

    @property
    def at(self) -> int:
        """How far the audience has read."""
        return self.audience.at(self.book.slug)

    def passages(self, *kinds: str) -> list[Passage]:
        """Return the library's passages of some kinds that the audience may see."""
        return self.texts(self.book.slug, self.audience, *kinds)

    def says(self, text: str, told: Sequence[Passage] = ()) -> Reply:
        """Return a reply with a text, made of these passages."""
        return of_passages(self.book, told, text)

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
        search = self.retriever.search(self.question, self.audience, self.book.slug)
        wanted = text_stems(holding)

        def fits(sentence: RankedSentence) -> bool:
            return sentence.passage.kind in kinds and (not wanted or bool(wanted & sentence.stems))

        found = chosen(list(filter(fits, search.sentences)))
        reply = Reply("ask", self.book.slug, "", True, search.withheld, search.passages)
        return quoted(reply, found, {self.book.slug: self.book}) if found else None

    def retold(self, part: str | tuple[int, int]) -> Reply:
        """Retell the story so far, or a part of it, in as many sentences as the question wants."""
        most, _ = length_asked(self.question)
        return self.recap(self.audience, self.book.slug, part, STORY_LIMIT, most)

    def part(self, told: Sequence[Passage]) -> tuple[int, int] | None:
        """Return the part of the book that the question names, if any, for a reader who has these texts."""
        return part_in(self.question, self.book, sorted({p.mark for p in told}))

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
                body = " ".join(f"“{quote.text}”" for quote in quotes)
                return replace(self.says(body), quotes=quotes, sources=sources_of(quotes))
        return None

    def answer(self, kind: str) -> Reply | None:
        """Answer a question of a kind (intents.toml); None where it is answered from the passages after all."""
        found: Reply | None = getattr(self, f"_{kind}")()
        return found

    # The story

    def _recap(self) -> Reply:
        told = self.retold("")
        pitch = told if told.answered else self._premise()
        if told.answered or not pitch.answered:
            return pitch
        return replace(pitch, body=f"There is nothing to recap yet. What it is about: {pitch.body}")

    def _part(self) -> Reply | None:
        part = self.part([p for p in self.passages("summary") if p.mark])
        return self.retold(part) if part else None

    def _cast(self) -> Reply:
        introduced = self._introduced()
        if named := [s for s in introduced if self.subject & text_stems(s)]:
            return replace(self.says(" ".join(named[:LATEST])), sources=credits_of(self.passages("people", "premise")))
        first: dict[str, Passage] = {}
        for passage in self.passages("people"):
            if passage.heading:
                first.setdefault(passage.heading, passage)
        met = list(first.items())[-SHOWN_PEOPLE:]
        if not met:
            names = list(filter(_NAME.match, introduced)) or list(filter(_NAME.search, introduced))
            return self.says(f"You haven’t met anybody yet. {' '.join(names[:LATEST])}") if names else self._premise()
        lines = [f"{name}: {_half_line(passage.sentences[0])}" for name, passage in met[:DESCRIBED]]
        if others := ", ".join(name for name, _ in met[DESCRIBED:]):
            lines.append(f"Also {others}.")
        by = credits_of(passage for _, passage in met)
        return replace(self.says("\n".join(lines)), sources=("who is who", *by))

    def _introduced(self) -> list[str]:
        """Return the sentences that introduce people: of who is who, and of the premise."""
        people = [f"{p.heading}: {p.sentences[0]}" for p in self.passages("people") if p.heading]
        return people + [s for p in self.passages("premise") for s in p.sentences]

    def _premise(self) -> Reply:
        told = self.retriever.passages(self.book.slug, Audience(club=self.audience.club), ("premise",))
        most, _ = length_asked(self.question)
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
            return self.retold("")
        return replace(self.says(" ".join(kept), told), quotes=(Quote(" ".join(kept), "premise"),))

    def _themes(self) -> Reply | None:
        known, about = self.passages("themes"), self.subject
        if _TITLE.search(self.question):
            about |= text_stems("title") | text_stems(self.book.title)
        elif _TONE.search(self.question):
            about |= text_stems("funny comic bitter satire irony humour serious grim novel")
        told = [p for p in known if about & text_stems(f"{p.heading} {p.text}")] if about else known
        if not told or _TONE.search(self.question):
            kinds = ("premise", "glossary", "people", *BACKGROUND)
            beside = self.fitting(kinds, " ".join(about)) if about else None
            if beside or not told:
                return beside or self.nothing(NO_THEME)
        told = told[-LATEST:]
        lines = (f"{p.heading}: {p.text if len(told) == 1 else p.sentences[0]}" for p in told)
        return self.says("\n".join(lines), told)

    def _clues(self) -> Reply | None:
        asking = [p for p in self.passages("discussion") if p.mark][-LATEST:]
        told = self.passages("clues")[-2 * LATEST :] or asking
        return self.whole(told) if told else None

    def _guess(self) -> Reply | None:
        return self.says(NO_GUESS) if self.at < self.book.marks else None

    def _setting(self) -> Reply | None:
        told = self.passages("setting")
        if told:
            return self.whole([*told[:1], *self.matching(told[1:])[-1:]])
        when = f"The story takes place around {self.book.story_time}." if self.book.story_time else ""
        told = self.passages("premise")[:1]
        return self.says(" ".join(filter(None, (when, *(p.text for p in told)))), told) if told or when else None

    # What is known about the book

    def _opinions(self) -> Reply:
        rated = ""
        if ratings := self.book.ratings:
            count = f" from {plural(ratings.count, 'rating')}" if ratings.count else ""
            source = f" ({ratings.source})" if ratings.source else ""
            rated = f"Readers give it {ratings.average:.2f} of 5 stars{count}{source}."
        if said := self.fitting(OPINIONS):
            return replace(said, body=f"{rated} {said.body}".strip())
        known = rated or texts.no_opinions(self.book)
        said = self.fitting(("background", "premise"), "success famous classic best critic received won prize")
        if said is None or not _ACCLAIM.search(said.body) or _ON_SCREEN.search(said.body):
            return self.says(known) if rated else self.nothing(known)
        return replace(said, body=f"{known} {said.body}")

    def _prizes(self) -> Reply:
        told = self.fitting(BACKGROUND, "prize award awarded medal dagger won shortlist nominated")
        return told or self.nothing(f"The library names no prizes for {self.book.title}.")

    def _films(self) -> Reply:
        told = self.fitting(BACKGROUND, "film filmed movie television tv series radio dramatisation stage screen")
        return told or self.nothing(f"The library names no film, series or play of {self.book.title}.")

    def _warnings(self) -> Reply:
        told = self.passages("warnings")
        if not told:
            return self.nothing(f"The library has no content warnings for {self.book.title}.")
        kept = " I don’t say who lives and who dies before you have read it." if self.at < self.book.marks else ""
        return self.says(f"Content warnings: {' '.join(p.text for p in reversed(told))}{kept}", told)

    def _length(self) -> Reply:
        book, by_page = self.book, self.book.unit is Unit.PAGE
        size = "is counted in percent" if book.unit is Unit.PERCENT else f"has {texts.measure(book)[:-1]}"
        parts = [part.title for part in book.parts] if book.unit is not Unit.PART else []
        divided = f" It has {len(parts)} parts: {', '.join(parts)}." if parts else ""
        pages = f" It has {book.pages} pages." if book.pages else " I don’t know how many pages it has."
        return self.says(f"{book.title} {size}.{divided}{'' if by_page else pages}")

    def _left(self) -> Reply:
        book, at = self.book, self.at
        left, where = book.marks - at, texts.place_sentence(book, at)
        if not left:
            return self.says(where)
        if book.unit is Unit.PERCENT:
            return self.says(f"{where} {round(100 * left / book.marks)}% of it is left.")
        pages = f", about {round(book.pages * left / book.marks)} pages" if book.pages else ""
        share = f"({round(100 * at / book.marks)}% read)"
        days = f"; {_pace(self.question.casefold(), left, book.unit.value)}" if left > 2 else ""
        most = f"{plural(left, book.unit.value)} {'is' if left == 1 else 'are'} left"
        return self.says(f"{where} {most}{pages} {share}{days}.")

    def _author(self) -> Reply:
        book, said = self.book, self.question.casefold()
        by = f"{book.title} is by {book.author}{f' ({book.year})' if book.year else ''}."
        asks = (words for pattern, words in _LIFE.items() if re.search(rf"\b(?:{pattern})\b", said))
        told = next(filter(None, map(self.of_author, asks)), None)
        if told and book.year and re.search(r"\b(?:old|age|young)\b", said):
            born = self.of_author("born")
            if born and (year := _BORN.search(born.body)):
                age = book.year - int(year[1])
                by = f"{book.author} was {age - 1} or {age} when {book.title} came out."
        told = told or self.fitting(("author", "background"))
        return replace(told, body=f"{by} {told.body}") if told else self.says(by)

    def _other_books(self) -> Reply:
        book, library = self.book, self.books
        others = [o.title for o in texts.in_order(library.values()) if o.author == book.author and o.slug != book.slug]
        others += [o.title for o in book.similar if o.author == book.author and o.title not in others]
        return self.says(f"Also by {book.author}: {', '.join(others)}.") if others else self._author()

    def _published(self) -> Reply:
        return self.says("\n".join((*texts.cover_lines(self.book), texts.measure(self.book))))

    # What to read

    def _order(self) -> Reply:
        series = self.book.series or None
        return self.order(self.audience, None if series else self.book.slug, series)

    def _needs(self) -> Reply:
        book, library = self.book, self.books
        before = needs(book, library, self.audience.positions)
        if not before:
            return self.says(standing(book.slug, library))
        words = {True: "Best read first", False: "It helps to know"}
        lines = [f"{words[need.firm]} {need.title}{f': {need.reason}' if need.reason else '.'}" for need in before]
        number = f"{book.title} is number {book.series_number:g} of {book.series}." if book.series_number else ""
        return self.says("\n".join(filter(None, (*lines, number))))

    def _next(self) -> Reply:
        book = self.book
        for other in texts.in_order(o for o in self.books.values() if book.series and o.series == book.series):
            unread = self.audience.at(other.slug) < other.marks
            if unread and (other.series_number or 0) > (book.series_number or 0):
                year = f" ({other.year})" if other.year else ""
                return self.says(f"Next in {book.series}: {other.title}{year}. The reading order shows all of them.")
        return self._similar() if book.similar else self._order()

    def _similar(self) -> Reply:
        told, liked = texts.similar_list(self.book, LATEST), f"If you liked {self.book.title}, you may like:"
        return self.says(f"{liked}\n{told}" if self.book.similar else told)

    # For the club

    def _discussion(self) -> Reply:
        many, told = _many(self.question), self.passages("discussion")
        if part := self.part(told):
            told = [p for p in told if part[0] <= p.mark <= part[1]] or told
        wanted = self.matching(told)
        people = [p for p in self.passages("people") if text_stems(p.heading) & subject(self.question)]
        if people and len(wanted) == len(told):
            drafts = library_drafts("character", self.book, self.at, [*people, *self.passages("themes")])
            named = [d.text for d in drafts if text_stems(d.text) & text_stems(people[0].heading)]
            if named:
                return self.says("\n".join(named[:many]))
        if wanted:
            return self.whole(sorted(wanted, key=lambda p: p.mark)[-many:])
        drafts = library_drafts("personal", self.book, self.at, self.passages(*SOURCES))
        return self.says("\n".join(draft.text for draft in drafts[:many]))

    def _quotes(self) -> Reply:
        told = self.passages("quotes")
        if told and (part := self.part(told)):
            told = [p for p in told if part[0] <= p.mark <= part[1]]
        if not told:
            return self.nothing(
                "I have no quotes from what you’ve read so far. Ask for a recap, or for something to discuss."
            )
        fitting = self.matching(told)
        reply = self.whole(sorted(fitting, key=lambda p: p.mark)[-_many(self.question) :])
        on_another = self.subject and len(fitting) == len(told) and re.search(r"\b(?:about|on|by)\b", self.question)
        return replace(reply, body=f"I have no quote about that, but these:\n{reply.body}") if on_another else reply

    def _reading(self) -> Reply:
        return self.says(f"The book here is {self.book.title} by {self.book.author}.")

    def _meeting(self) -> Reply:
        return self.nothing("I know of no meeting here. In a Discord server, /help shows the club’s schedule.")

    def _place(self) -> Reply:
        return self.says(f"{self.book.title}: {texts.place_sentence(self.book, self.at)}")

    def _library(self) -> Reply:
        titles = [book.title for book in texts.in_order(self.books.values())]
        return self.says(f"{plural(len(titles), 'book')}: {', '.join(titles)}.")


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


def _half_line(sentence: str) -> str:
    """Return what a sentence says of somebody, in a few words: “a young country doctor from Dartmoor”."""
    said = _IS.sub("", sentence).rstrip(".")
    if len(said) > HALF_LINE:
        said = re.sub(r"[,;:]? (?:\S*|(?:and|or|who|of|the|in|to|with|an?) \S*)$", " …", said[:HALF_LINE])
    return said


def _pace(said: str, left: int, unit: str) -> str:
    """Return how long the rest takes at the pace that a question names, or what pace its time needs."""
    if daily := _DAILY.search(said):
        many = max(1, int(value(daily[1])))
        return f"at {plural(many, unit)} a day, that is {plural(-(-left // many), 'day')}"
    if within := _WITHIN.search(said):
        days = max(1, 1 if within[1] == "a" else int(value(within[1]))) * (7 if within[2] == "week" else 1)
        return f"in {plural(days, 'day')}, that is {plural(-(-left // days), unit)} a day"
    return f"at two a day, that is {plural(-(-left // 2), 'day')}"


def _many(question: str) -> int:
    """Return how many questions or quotes are asked for."""
    said = question.casefold()
    if found := _MANY.search(said):
        return max(1, min(10, int(value(found["many"]))))
    return 1 if _ONE.search(said) else LATEST
