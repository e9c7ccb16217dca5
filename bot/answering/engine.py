"""The answering engine: each question about a book becomes one reply for one audience."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from bot.answering import reply as replies
from bot.answering.about import BookQuestion
from bot.answering.conversation import (
    ARTICLES,
    Exchange,
    goes_on,
    name_words,
    names_somebody,
    people_meant,
    people_named,
    standing_alone,
)
from bot.answering.drafts import SOURCES, PromptDraft, library_drafts
from bot.answering.intents import KINDS, READS_ENGLISH, SAYINGS, Intents, language
from bot.reading_order.advice import listed, order_text, reading_orders
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.library import Library
from corpus.names import find_book, names_in, without_names
from corpus.passages import Passage, credits_of
from corpus.positions import parse_part
from retrieval.gate import Audience
from retrieval.retriever import RankedSentence, Retriever, Search, text_stems

if TYPE_CHECKING:
    from bot.answering.model import Writer  # importing LangChain takes a second, and quote mode does without

ANSWERS = 0.39
"""Confidence from which visible text counts as an answer (docs/retrieval.md has its costs and benefits)."""

WHICH_BOOK = "Which book do you mean? Name it in your question."

NO_MORE = "That is all that I can tell from what you’ve read so far."

WHO_LIMIT = 900
"""Characters about one person."""

WHO_IN_SHORT = 350
"""The same as an answer to a question; /who has more."""

NAME_WORDS = 3
"""Words of a name with a slip of the keys at most; of more words, some name somebody by chance."""

_WHO_IS = re.compile(
    r"\W*(?:(?:so|and|ok|wait|sorry|remind me)\W+)*(?:(?P<who>who(?:[’']?s| is| are| was| were| r))"
    r"|(?:tell (?:me|us)|what) about|quién es|qui est|wer ist|chi è|quem é|wie is|kim jest|vem är)"
    r"\s+(?P<name>\S+(?: \S+){0,4}?)"
    r"(?: (?:again|then|pls|please|btw|exactly|guy))*\W*",
    re.IGNORECASE,
)

_WHAT_IS = re.compile(
    r"\W*(?:(?:so|and|ok|wait|sorry|remind me)\W+)*what(?:[’']?s| is| are| was| were| does)"
    r"\s+(?P<name>\S+(?: \S+){0,3}?)(?: (?:mean|again|exactly|then|btw|pls|please))*\W*",
    re.IGNORECASE,
)

MOST_PEOPLE = 5
"""How many people are told apart if a name or a role is that of several."""

FIRST = 1.01
"""How much likelier than all others the first sentence of a glossary's entry is made if exactly that was asked."""

MAX_TEXT = 50_000
"""Characters of a question or a text to place: more than a message holds, and processed in seconds."""

_AND = re.compile(
    r"\?\s+(?:and )?|,?\s+and\s+(?=(?:who|what|when|where|which|how|is|are|was|were|does|do|did|has|can)\b)",
    re.IGNORECASE,
)
"""Where a question goes over into a second one."""


class Discussion:
    """Answers questions for an audience. All passages come from the retriever, which applies the gate."""

    def __init__(self, library: Library, retriever: Retriever, writer: Writer | None = None) -> None:
        self.library, self.retriever = library, retriever
        self._writer = writer

    def ask(
        self, question: str, audience: Audience, book: Slug | None = None, before: Sequence[Exchange] = (),
        *, quote_only: bool = False, at_once: Callable[[replies.Reply], object] = lambda _: None,
    ) -> replies.Reply:  # fmt: skip
        """Answer a question from what the audience has read.

        `before` is the part of the conversation that the audience may know. `quote_only` does not use the chat model;
        `at_once` is called with the quotes before it is asked.
        """
        alone = self.alone(question, audience, book, before)
        _required(alone)
        if (kind := self.kind(alone, audience.club)) and (told := self._of_kinds(kind, alone, audience, book)):
            return replace(told, do="ask")
        if told := self._who_is(alone, audience, book):
            return told
        if said := READS_ENGLISH.get(language(self._without_names(alone, audience.club))):
            return replies.Reply("ask", book, said)
        most, alone = replies.length_asked(alone)
        search = _entry_first(self._search(alone, audience, book), alone)
        if goes_on(question):
            search = _not_told(search, alone, before)
            if not search.sentences:
                return replies.Reply("ask", search.book, NO_MORE)
        quotes = self._from_passages("ask", search, most, alone)
        if self._writer is None or quote_only or not quotes.answered:
            return quotes
        at_once(quotes)
        written = self._writer.answer(question, alone, search, audience, before)
        visible = {sentence.number: sentence for sentence in search.sentences}
        picked = [visible[number] for number in written.picked]
        led = replies.by_model(quotes, written.said, picked, self.library.books, most or replies.ANSWER_SENTENCES)
        return replace(led, tokens=written.tokens)

    def alone(
        self, question: str, audience: Audience, book: Slug | None = None, before: Sequence[Exchange] = ()
    ) -> str:  # fmt: skip
        """Return a question as it would be asked without the conversation before it, with names for pronouns."""
        about = book or (before[-1].book if before else None)
        people = self.people(about, audience) if about and before else ()
        return standing_alone(question, before, people, lambda said: self.kind(said, audience.club))

    @property
    def has_model(self) -> bool:
        """Whether a chat model writes answers."""
        return self._writer is not None

    def close_model(self) -> None:
        """Stop waiting for the chat model: later questions are answered from the passages."""
        if self._writer is not None:
            self._writer.close()

    def hint(self, question: str, audience: Audience, book: Slug | None = None) -> replies.Reply:
        """Give three hints, mildest first: a thought, where the answer is, and the answer if it was read."""
        search = self._search(question, audience, book)
        answer = self._from_passages("hint", search)
        if search.book is None:
            return answer
        mark = self.retriever.whereabouts(question, audience, search.book)
        near = self.retriever.nearest(question, audience, search.book, "discussion")
        about = people_named(question, self.people(search.book, audience))
        levels = replies.hints(
            near.text if near else "", about, answer, self.library.books[search.book], audience, mark
        )
        return replace(answer, body=levels[0], answered=bool(search.sentences), hints=levels, sources=())

    def recap(
        self, audience: Audience, book: Slug, part: str | tuple[int, int] = "", limit: int = replies.RECAP_LIMIT,
        most: int | None = None,
    ) -> replies.Reply:  # fmt: skip
        """Retell the story as far as the audience has read it, or a part (“chapter 5 in one sentence”).

        Raises PositionError for a part that the book does not have.
        """
        known = self._book(book, audience.club)
        spans = replies.spans_told(self.retriever.passages(known.slug, audience, ("summary",)), known)
        if isinstance(part, str):
            asked, part = replies.length_asked(part)
            most = most or asked
        if part:
            first, last = parse_part(part, known) if isinstance(part, str) else part
            spans = {mark: span for mark, span in spans.items() if span[0] <= last and first <= span[1]}
        told = self.retriever.retold(known.slug, audience, spans, limit - replies.HEADING, most or limit)
        return replies.recap(told, spans, known)

    def premise(self, book: Slug, club: str = "") -> replies.Reply:
        """Say what a book of a club is about, without spoilers."""
        known = self._book(book, club)
        told = self.retriever.passages(known.slug, Audience(club=club), ("premise",))
        reply = replies.of_passages(known, told, "\n".join(p.text for p in told) or replies.NEUTRAL)
        return replace(reply, do="book", answered=bool(told), sources=credits_of(told))

    def who(self, name: str, audience: Audience, book: Slug | None = None, limit: int = WHO_LIMIT) -> replies.Reply:
        """Say who a character is, as far as the audience has read, in about so many characters."""
        _required(name)
        search = self._search(f"Who is {name}?", audience, book)
        if search.book is None:
            return self._from_passages("who", search)
        met, guessed = people_meant(name, self.retriever.passages(search.book, audience, ("people",)))
        if not met:
            named = tuple(s for s in search.sentences if names_somebody(name, s.text))
            return self._from_passages("who", replace(search, sentences=named))
        if len(met) == 1:
            told = _fitting(next(iter(met.values())), limit)[:MOST_PEOPLE]
            lines = [p.text for p in told]
        else:
            told = [texts[0] for texts in met.values()][:MOST_PEOPLE]
            lines = [f"{p.heading}: {p.text}" for p in told]
        if guessed:
            lines.insert(0, f"I take it that you mean {listed(met)}.")
        reply = replies.of_passages(self.library.books[search.book], told, "\n".join(lines))
        return replace(reply, do="who", withheld=search.withheld, passages=search.passages)

    def _who_is(self, question: str, audience: Audience, book: Slug | None) -> replies.Reply | None:
        """Answer “Who is Silas?” with what is known of somebody whom the audience has met, if it asks no more.

        Of a name that they have not met, only what names it: what is said of others would read as an answer.
        """
        named = self._named(question, audience, book)
        asked = _WHO_IS.fullmatch(question if book else self._without_names(question, audience.club))
        if asked is None or len(named) != 1:
            return None
        met, guessed = people_meant(asked["name"], self.retriever.passages(named[0], audience, ("people",)))
        a_name = asked["who"] and asked["name"].istitle() and "." not in asked["name"]  # “L.L.” stands for one
        if not met and not a_name:
            return None
        if guessed and len(asked["name"].split()) > NAME_WORDS:
            return None
        return replace(self.who(asked["name"], audience, named[0], WHO_IN_SHORT), do="ask")

    def check(self, text: str, audience: Audience, book: Slug | None = None) -> replies.Reply:
        """Say how far readers must be for a message to be no spoiler, and warn its author if the audience is not."""
        _required(text)
        reveals = self.reveals(text, book, audience.club, audience)
        beyond = not audience.may_see(reveals)
        return replies.Reply("check", book, replies.MAY_SPOIL if beyond else "", True, beyond, reveals=reveals.marks)

    def reveals(self, text: str, book: Slug | None = None, club: str = "", audience: Audience | None = None) -> Reveals:
        """Return how far readers in a club must be for a text to be no spoiler: in doubt, too far.

        With an audience, that is beyond it only where the text is likely to spoil something for it.
        """
        if not any(map(str.isalnum, text)):
            return Reveals()
        at_hand = [self._book(book, club).slug] if book else []
        if audience is not None:
            return self.retriever.check_message(text, at_hand, audience)
        return self.retriever.place(text, at_hand, club)

    def asks_who(self, question: str, audience: Audience, book: Slug | None) -> bool:
        """Return whether a question has no word of its own but one name that the audience knows: “Who is Silas?”."""
        named = people_named(question, self.people(book, audience)) if book else []
        return len(named) == 1 and text_stems(question) <= text_stems(named[0])

    def people(self, book: Slug, audience: Audience) -> list[str]:
        """Return the names of the characters whom an audience has met."""
        return list(dict.fromkeys(p.heading for p in self.texts(book, audience, "people") if p.heading))

    def texts(self, book: Slug, audience: Audience, *kinds: str) -> list[Passage]:
        """Return the library's texts of some kinds, such as quotes, that an audience may see."""
        told = self.retriever.passages(self._book(book, audience.club).slug, audience, kinds)
        return [p for p in told if not p.by_member]

    def drafts(
        self, audience: Audience, book: Slug, kind: str, turn: int = 0, *, quote_only: bool = False
    ) -> tuple[list[PromptDraft], int]:
        """Draft discussion prompts of a kind for an audience, and return them with the tokens used.

        A chat model's draft comes first if there is a model and the guard lets all of it through. Another `turn` gives
        other drafts. Raises KeyError for an unknown kind.
        """
        known = self._book(book, audience.club)
        told = self.texts(known.slug, audience, *SOURCES)
        found = library_drafts(kind, known, audience.at(known.slug), told, turn)
        if self._writer is None or quote_only or not told:
            return found, 0
        latest = sorted(told, key=lambda p: -p.mark)
        written = self._writer.draft(kind, latest, audience, known.slug)
        if not written.said:
            return found, written.tokens
        needs = Reveals.of({known.slug: audience.at(known.slug)}).joined(p.reveals for p in latest)
        return [PromptDraft(" ".join(written.said), kind, needs), *found[:-1]], written.tokens

    def library_questions(self, audience: Audience, book: Slug) -> list[PromptDraft]:
        """Return the library's discussion questions for a book that an audience may see."""
        return [PromptDraft(passage.text, "", passage.reveals) for passage in self.texts(book, audience, "discussion")]

    def order(self, audience: Audience, book: Slug | None = None, series: str | None = None) -> replies.Reply:
        """Advise in which order to read books."""
        books = self.library.books.of(audience.club)
        slug = self._book(book, audience.club).slug if book else None
        advice = reading_orders(books, audience.positions, book=slug, series=series)
        return replies.Reply(
            "order", slug, order_text(advice), bool(advice.recommended.books), books=advice.recommended.books
        )

    def kind(self, question: str, club: str = "") -> str:
        """Return what kind of thing a question asks of a book or a club (intents.toml); empty for the story itself."""
        words = self._without_names(question, club, "the book")
        if language(words) != "en":
            return self._intents.exactly(words)
        return self._intents.of(words, lambda short: self.retriever.read_ahead(question, short))

    @cached_property
    def _intents(self) -> Intents:
        return Intents(self.retriever.vectors, KINDS, self.retriever.model, self.retriever.data)

    def _of_kinds(self, kind: str, question: str, audience: Audience, book: Slug | None) -> replies.Reply | None:
        """Answer a question of a kind, or both halves of one that joins two: “Who wrote it, and is there a film?”."""
        halves = _AND.split(question, maxsplit=1)
        asked = {self.kind(half, audience.club): half for half in halves} if len(halves) > 1 else {}
        if len(asked) < len(halves) or "" in asked or set(asked) & SAYINGS.keys():
            return self._of_kind(kind, question, audience, book)
        told = [self._of_kind(one, half, audience, book) for one, half in asked.items()]
        known = [reply for reply in told if reply is not None and reply.answered]
        if not known:
            return told[0]
        quotes = tuple(quote for reply in known for quote in reply.quotes)
        sources = tuple(dict.fromkeys(source for reply in known for source in reply.sources))
        return replace(known[0], body="\n".join(reply.body for reply in known), quotes=quotes, sources=sources)

    def _of_kind(self, kind: str, question: str, audience: Audience, book: Slug | None) -> replies.Reply | None:
        """Answer a question of a kind; None where the passages have to answer it."""
        named = self._named(question, audience, book)
        known = self.library.books[named[0]] if len(named) == 1 else None
        if kind in SAYINGS:
            return replies.Reply("ask", known.slug if known else None, SAYINGS[kind], True)
        if known is None:
            return (
                self.order(audience) if kind in ("order", "needs", "next") else replies.Reply("ask", None, WHICH_BOOK)
            )
        books = self.library.books.of(audience.club)
        asked = BookQuestion(question, known, audience, books, self.retriever, self.texts, self.recap, self.order)
        return asked.answer(kind)

    def _search(self, question: str, audience: Audience, book: Slug | None) -> Search:
        """Search for a question, without sentences of passages that hold no answers."""
        _required(question)
        found = self.retriever.search(question, audience, self._book(book, audience.club).slug if book else None)
        return replace(found, sentences=tuple(s for s in found.sentences if s.passage.kind not in replies.NO_ANSWERS))

    def _book(self, typed: str, club: str) -> Book:
        return find_book(typed, self.library.books.of(club))

    def _named(self, question: str, audience: Audience, book: Slug | None) -> list[Slug]:
        """Return the book that is given, or else those that a question names."""
        books = self.library.books.of(audience.club)
        return [self._book(book, audience.club).slug] if book else names_in(question, books)

    def _without_names(self, question: str, club: str, instead: str = "") -> str:
        return without_names(question, self.library.books.of(club), instead)

    def _from_passages(self, do: str, search: Search, most: int | None = None, asked: str = "") -> replies.Reply:
        if search.confidence < ANSWERS or not search.sentences:
            return self._refused(do, search, asked)
        reply = replies.Reply(do, search.book, "", True, search.withheld, search.passages)
        return replies.quoted(
            reply, replies.chosen(search.sentences, most or replies.ANSWER_SENTENCES), self.library.books
        )

    def _refused(self, do: str, search: Search, asked: str) -> replies.Reply:
        """Say that nothing visible answers, and what is known of the one person who was asked about, if there is one.

        Only visible text decides, so it is the same whether the answer comes later or never.
        """
        body = replies.NOTHING_HERE if search.finished else replies.NEUTRAL
        told = replies.Reply(do, search.book, body, False, search.withheld, search.passages)
        about = [s for s in search.sentences if s.passage.kind == "people" and s.passage.heading]
        named = people_named(asked, dict.fromkeys(s.passage.heading for s in about))
        if len(named) != 1:
            return told
        best = max((s for s in about if s.passage.heading == named[0]), key=lambda s: s.score)
        known = replies.quoted(told, [best], self.library.books)
        return replace(known, body=f"{body}\nOn {named[0]}, I have this: {known.body}")


def _entry_first(search: Search, question: str) -> Search:
    """Have the glossary's latest entry of exactly the name that is asked about come first: “whats the department”."""
    asked = _WHAT_IS.fullmatch(question)
    name = set(name_words(asked["name"].casefold())) - ARTICLES if asked else set()
    entries = [s for s in search.sentences if name and s.passage.kind == "glossary" and name == _words_of(s.passage)]
    if not entries:
        return search
    latest = max(entries, key=lambda s: s.passage.mark).passage
    most = max(sentence.score for sentence in search.sentences)
    scores = {s.number: most for s in entries if s.passage == latest}
    scores[min(scores)] = most * FIRST
    raised = tuple(replace(s, score=scores.get(s.number, s.score)) for s in search.sentences)
    return replace(search, sentences=raised, confidence=1.0)


def _words_of(passage: Passage) -> set[str]:
    return set(name_words((passage.heading or "").casefold())) - ARTICLES


def _required(text: str) -> None:
    if not any(map(str.isalnum, text)):
        raise DogearError("Ask me in a few words, for example: Who is the man at the door?")
    if len(text) > MAX_TEXT:
        raise DogearError(f"That is longer than {MAX_TEXT:,} characters. Please shorten it, or send it in parts.")


def _not_told(search: Search, question: str, before: Sequence[Exchange]) -> Search:
    """Return a search with the sentences that go on: not told before, likely, and with words of the question."""
    least = replies.ADDS * max((s.score for s in search.sentences), default=0.0)
    told, words = " ".join(exchange.answer for exchange in before), text_stems(question)

    def goes_on_with(sentence: RankedSentence) -> bool:
        return sentence.text not in told and sentence.score >= least and bool(words & sentence.stems)

    return replace(search, sentences=tuple(filter(goes_on_with, search.sentences)))


def _fitting(told: Sequence[Passage], limit: int) -> list[Passage]:
    """Return the passages about one person that fit into so many characters: the first, and then the latest."""
    kept, room = [told[0]], limit - len(told[0].text)
    for passage in reversed(told[1:]):
        if len(passage.text) <= room:
            kept.insert(1, passage)
            room -= len(passage.text)
    return kept
