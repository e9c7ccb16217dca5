"""A reply: what an audience reads, made of quoted passages or by a chat model, and what operators may know of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from corpus.books import Book, Slug, Unit
from corpus.passages import Passage, source_line
from retrieval.gate import Audience
from retrieval.retriever import RankedPassage, RankedSentence, Search

NEUTRAL = "I can’t answer that from what you’ve read so far."
"""The one reply without an answer: the same whether the answer comes later in the book or never.

None of its words may happen to be an answer, so they are few and dull.
"""

MAY_SPOIL = (
    "This might be a spoiler for others there. You can hide it, or leave it if it’s fine. Only you see this note."
)
"""What the author of a message is told. It confirms nothing, since the author may only be guessing."""


class Mode(StrEnum):
    """Who wrote an answer: quotes; a chat model that passed the guard; quotes because the chat model did not."""

    QUOTE = "quote"
    MODEL = "model"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences of one passage in an answer, and their source."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a question; only `answer`, `quotes`, `hints` and `books` are shown to members.

    `body` is the answer itself, `sources` are its sources, each with its number if the body refers to numbers;
    `tokens` are those of the chat model.
    """

    do: str
    book: Slug | None = None
    body: str = ""
    answered: bool = False
    withheld: bool = False
    passages: tuple[RankedPassage, ...] = ()
    quotes: tuple[Quote, ...] = ()
    hints: tuple[str, ...] = ()
    reveals: Mapping[Slug, int] = field(default_factory=dict)
    books: tuple[Slug, ...] = ()
    mode: Mode = Mode.QUOTE
    sources: tuple[str, ...] = ()
    tokens: int = 0

    @property
    def answer(self) -> str:
        """The answer with its sources below it, as plain text."""
        return with_sources(self.body, self.sources)


def with_sources(body: str, sources: Sequence[str]) -> str:
    """Return a text with a line of sources below it, if it has any."""
    return f"{body}\n— {' · '.join(sources)}" if sources else body


ANSWER_WORDS = 60
"""Words of an answer before its sources: what one reads at a glance on a phone. A long first sentence may have more."""

ANSWER_SENTENCES = 3

LONGEST_SENTENCE = 400
"""Characters of a quoted sentence; a longer one is clipped."""

ADDS = 0.1
"""A sentence whose score is a smaller share of the best one's adds nothing to an answer."""

CONTINUES = 0.4
"""From this share on, the sentence after the best one comes second: it has the reason or the outcome."""

REPEATS = 0.6
"""A sentence that shares this much of its words, or of another's, with one that is quoted says it again."""

ABOUT_THE_BOOK = ("advice", "author", "background", "premise", "reception", "themes")
ABOUT_WEIGHT = 0.2
"""Kinds of passages about the book rather than its story, and the weight of their scores: a word that they share with
the question is no answer yet. If the question is about them, they score far higher than the story.
"""

OPINIONS = ("reception", "review")
"""Kinds of passages that hold opinions about a book."""

_CLAUSE = re.compile(r"(?<=[,;:—])\s+")


@dataclass(frozen=True, slots=True)
class Quoted:
    """An answer made of quotes: its text, the quotes one by one, and the sources, numbered where there are several."""

    body: str = ""
    quotes: tuple[Quote, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The answer with its sources below it."""
        return with_sources(self.body, self.sources)


def quoted(
    sentences: Sequence[RankedSentence], books: Mapping[Slug, Book], words: int = ANSWER_WORDS,
    most: int = ANSWER_SENTENCES,
) -> Quoted:  # fmt: skip
    """Return an answer: the likeliest sentence first, then what adds to it, up to so many words and sentences."""
    quotes = _quotes(chosen(sentences, words, most), books)
    return Quoted(_joined(quotes), quotes, _listed(quotes)) if quotes else Quoted()


def chosen(sentences: Sequence[RankedSentence], words: int, most: int) -> list[RankedSentence]:
    """Return the sentences to quote, the one that answers first.

    The one after it is next where it is likely as well; then the likeliest others that say something else.
    """
    by_score = sorted(sentences, key=_score, reverse=True)
    if not by_score:
        return []
    best, least = by_score[0], _score(by_score[0])
    after = [s for s in by_score if _follows(best, s) and _score(s) >= CONTINUES * least]
    kept = [best]
    for sentence in (*after, *(s for s in by_score[1:] if s not in after)):
        if len(kept) == most or _score(sentence) < ADDS * least:
            break
        room = words - sum(len(s.text.split()) for s in kept)
        if len(sentence.text.split()) <= room and (sentence in after or _adds(sentence, kept)):
            kept.append(sentence)
    return [clipped(best), *kept[1:]]


def _adds(sentence: RankedSentence, kept: Sequence[RankedSentence]) -> bool:
    """Return whether a sentence is about what the first one says, or an opinion as well, and repeats none of them."""
    words = sentence.stems
    others = [other.stems for other in kept]
    again = (len(words & other) >= REPEATS * max(1, min(len(words), len(other))) for other in others)
    beside = bool(words & others[0]) or sentence.passage.kind in OPINIONS
    return beside and not any(again)


def _score(sentence: RankedSentence) -> float:
    return sentence.score * (ABOUT_WEIGHT if sentence.passage.kind in ABOUT_THE_BOOK else 1.0)


def clipped(sentence: RankedSentence, limit: int = LONGEST_SENTENCE) -> RankedSentence:
    """Return a sentence; one that is too long for an answer as its beginning, cut between clauses or words."""
    if len(sentence.text) <= limit:
        return sentence
    text = ""
    for clause in _CLAUSE.split(sentence.text):
        if len(text) + len(clause) + 2 > limit:
            break
        text = f"{text} {clause}".strip()
    if not text:
        text = sentence.text[: limit - 2].rsplit(" ", 1)[0]
    return RankedSentence(f"{text.rstrip(',;:—')} …", sentence.passage, sentence.number, sentence.score)


def _quotes(sentences: Sequence[RankedSentence], books: Mapping[Slug, Book]) -> tuple[Quote, ...]:
    return tuple(
        Quote(" ".join(s.text for s in run), source_line(run[0].passage, books[run[0].passage.book]))
        for run in _runs(sentences)
    )


def _runs(sentences: Iterable[RankedSentence]) -> Iterable[list[RankedSentence]]:
    """Yield runs of sentences that follow one another in one section of text."""
    run: list[RankedSentence] = []
    for sentence in sentences:
        if run and not _follows(run[-1], sentence):
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


def _follows(one: RankedSentence, other: RankedSentence) -> bool:
    return other.number == one.number + 1 and (one.passage.document, one.passage.group, one.passage.book) == (
        other.passage.document, other.passage.group, other.passage.book,
    )  # fmt: skip


def _sources(quotes: Sequence[Quote]) -> list[str]:
    return list(dict.fromkeys(quote.source for quote in quotes))


def _joined(quotes: Sequence[Quote]) -> str:
    """Join quotes, with a number after each source's where there are several."""
    sources = _sources(quotes)
    by_source = groupby(quotes, key=lambda quote: quote.source)
    numbered = ((" ".join(f"“{quote.text}”" for quote in group), source) for source, group in by_source)
    return " ".join(text if len(sources) == 1 else f"{text} [{sources.index(source) + 1}]" for text, source in numbered)


def _listed(quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return the sources, numbered where there are several."""
    sources = _sources(quotes)
    return tuple(sources if len(sources) == 1 else (f"[{n}] {source}" for n, source in enumerate(sources, 1)))


FIRST_HINT_WORDS, FIRST_HINT_SENTENCES = 40, 2
"""What a first hint quotes at most."""


def hints(search: Search, answer: Reply, books: Mapping[Slug, Book], audience: Audience, mark: int | None) -> list[str]:
    """Return the three levels of a hint, mildest first; `mark` is where the book answers the question, if it does."""
    book = books[search.book or ""]
    think = quoted(search.sentences, books, FIRST_HINT_WORDS, FIRST_HINT_SENTENCES)
    first = f"From what you’ve read so far:\n{think.text}" if think.quotes else NEUTRAL
    if mark is None:
        return [first, NEUTRAL, answer.answer]
    if mark == 0:
        return [first, "This isn’t a spoiler, wherever you are in the book.", answer.answer]
    preposition, where = _location(book, mark)
    if mark > audience.at(book.slug):
        return [first, f"You’ll get to this {preposition} {where}.", f"That’s a spoiler until you’ve read {where}."]
    return [first, f"You’ve already read about this {preposition} {where}.", answer.answer]


def _location(book: Book, mark: int) -> tuple[str, str]:
    """Return a mark in words, with its preposition: (“in”, “chapter 9”)."""
    match book.unit:
        case Unit.PERCENT:
            return "at", f"{mark}%"
        case Unit.PAGE:
            return "on", f"page {mark}"
        case unit:
            return "in", f"{unit.value} {mark}"


RECAP_LIMIT = 1_800
"""Characters of a recap: one message in Discord, with room for its heading."""

LABEL = 14
"""Characters for the label of a section: “Chapter 12: ” and the end of its line."""

RECENT = 0.4
"""Share of the room that the last section read may take: it is what a reader comes back to."""


def recap(passages: Sequence[Passage], book: Book, limit: int = RECAP_LIMIT) -> Quoted:
    """Return the story so far, a line a section, of passages that have passed the gate; empty if there are none."""
    told = sorted((p for p in passages if p.mark), key=lambda p: (p.mark, p.order))
    sections = [list(run) for _, run in groupby(told, key=lambda p: p.mark)]
    if not sections:
        return Quoted()
    firsts = [section[0].sentences[0] for section in sections]
    kept = dict.fromkeys(range(len(sections)), "")
    kept[len(sections) - 1] = _opening(sections[-1], int(limit * RECENT)) or firsts[-1]
    left = limit - len(kept[len(sections) - 1]) - LABEL
    for n in _spaced(firsts[:-1], left):
        kept[n] = firsts[n]
        left -= len(firsts[n]) + LABEL
    for n in sorted((n for n in kept if kept[n] == firsts[n]), reverse=True):
        more = _opening(sections[n], len(firsts[n]) + left)
        left -= max(0, len(more) - len(firsts[n]))
        kept[n] = max(more, kept[n], key=len)
    labelled = [(section[0], text) for section, text in zip(sections, kept.values(), strict=True) if text]
    quotes = tuple(Quote(text, source_line(first, book)) for first, text in labelled)
    return Quoted("\n".join(f"{_label(first, book)}: {text}" for first, text in labelled), quotes)


def _spaced(firsts: Sequence[str], room: int) -> list[int]:
    """Return as many sections as fit with their first sentences, spread evenly over the story so far."""
    fitting = len(firsts)
    while fitting:
        chosen = [round(n * (len(firsts) - 1) / max(1, fitting - 1)) for n in range(fitting)]
        if sum(len(firsts[n]) + LABEL for n in chosen) <= room:
            return chosen
        fitting -= 1
    return []


def _label(passage: Passage, book: Book) -> str:
    name = book.reading_name(passage.mark)
    return name[:1].upper() + name[1:]


def _opening(section: Sequence[Passage], room: int) -> str:
    """Return the first sentences of a section, as many as fit."""
    text = ""
    for sentence in (s for p in section for s in p.sentences):
        if len(text) + len(sentence) + 1 > room:
            break
        text = f"{text} {sentence}".strip()
    return text
