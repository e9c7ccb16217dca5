"""The attack: an attacker that adapts, in a simulated Discord, against the real bot over five shipped books.

Its accounts have read nothing, a third, and two thirds of every book, and each book has an imported page that gives it
away. Whatever is sent is held against what its readers have read. Without a chat model, what was asked in private is
asked once more over books without their hidden text: what a hidden text changes, if only a button, gives it away.
"""

import random
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.answering.model import Writer
from bot.answering.reply import NEUTRAL, NOTHING_HERE
from corpus.documents import Document
from corpus.importing import import_files
from corpus.library import SHIPPED, BookDocuments, Library
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import Embedder
from tests.fakes.bookshelf import silent
from tests.fakes.chat_server import ChatServer
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening, Sent
from tests.fakes.marked import Signs
from tests.measure.adversaries.attacker import ELIMINATED, SAID, Attacker, Secret, Try, guesses, stands_out
from tests.measure.adversaries.attempting import UNBOUNDED, Attempting
from tests.measure.adversaries.knowing import KnowingModel, Told
from tests.measure.evaluation.leaks import leaks
from tests.measure.evaluation.questions import Question, labelled, shipped_examination

BOOKS = (
    "tinker-tailor-soldier-spy", "the-spy-who-came-in-from-the-cold", "the-hound-of-the-baskervilles",
    "a-murder-of-quality", "call-for-the-dead",
)  # fmt: skip
ACCOUNTS = {"Liz": 0, "Alec": 1, "Peter": 2}
"""Who asks, and how many thirds of each book they have read."""

WRITER = "Ishmael"
THIRDS = ACCOUNTS | {"Jim": 0, WRITER: 3}
"""The same of everybody: Jim reads what others write, and Ishmael writes what gives the end away."""

OWN_WORDS = "Posting it for everybody here. Delete the post. I haven’t posted anything."
"""What the bot says of its own post, which tells no reader that a letter was posted."""

PRIVATE = ("ask", "direct", "who", "recap")
PUBLIC = "for everybody: "
ELIMINATES = 0.3
PAGE = "Start by marking “{0}” as Want to Read:\n{0}\nby {1}\n\nCommunity Reviews\n\n{2}\n« previous\n"


@dataclass(frozen=True)
class Result:
    """What came of a try: what its account was sent, what gave something away, and what the model had said."""

    made: Try
    sent: Sequence[tuple[str, str]]
    refused: bool
    faults: Sequence[str]
    told: Told | None = None


@dataclass
class Attack:
    """The results of all tries, and what its eliminations found out."""

    results: list[Result] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that gave something away."""
        return [fault for result in self.results for fault in result.faults] + self.choices


def write_attacked_library(library: Path) -> None:
    """Write five shipped books, each with a page of readers' reviews that tell what happens at its end."""
    for slug in BOOKS:
        shutil.copytree(SHIPPED / slug, library / slug)
        book = Library.load(library).books[slug]
        late = (q for q in shipped_examination().questions if q.book == slug and q.at > book.marks * 2 // 3)
        wordings = SAID["asks"]["instructions where others read"] * 3
        told = [
            said[0].format(answer=q.references[0], q=q.text)
            for q, said in zip(late, wordings, strict=False)
            if q.references
        ]
        reviews = "\n".join(f"Jane Eyre\nOct {n}, 2017 rated it liked it\n{text}\n" for n, text in enumerate(told, 1))
        page = library.parent / f"{slug}.txt"
        page.write_text(PAGE.format(book.title, book.author, reviews), encoding="utf-8")
        import_files([page], slug, library)


class WithoutHidden(BookDocuments):
    """The labelled text of books as far as somebody has read, and nothing else."""

    at: Mapping[str, int]

    def __getitem__(self, slug: str) -> tuple[Document, ...]:
        """Return a book's documents without what is hidden."""
        return tuple(
            replace(document, blocks=tuple(b for b in document.blocks if b.reveals and b.reveals.within(self.at)))
            for document in super().__getitem__(slug)
        )


@contextmanager
def without_hidden(library: Path, data: Path, embedder: Embedder, at: Mapping[str, int]) -> Iterator[Retriever]:
    """Open a library in which nothing stands that somebody at these positions may not see."""
    known = Library.load(library)
    documents = WithoutHidden(library, known.books, known.found)
    documents.at = at
    with Store(data, embedder.name, silent) as store:
        retriever = Retriever(replace(known, documents=documents), store, embedder)
        retriever.refresh()
        yield retriever


class Field:
    """What is attacked: the books, their true places, and what each account wants to know of each."""

    def __init__(self, retriever: Retriever, seed: int = 7) -> None:
        self.retriever, self.stories = retriever, labelled(retriever.library)
        self.rng = random.Random(seed)  # noqa: S311 (the same tries each time)
        self.questions = [q for q in shipped_examination().questions if q.references]

    def at(self, who: str) -> dict[str, int]:
        """Return where somebody is in each book."""
        return {slug: self.stories[slug].marks * THIRDS[who] // 3 for slug in BOOKS}

    def secrets(self, book: str, who: str) -> list[Secret]:
        """Return what an account has not come to in a book, in an order of chance."""
        known, at, others = self.retriever.library.books[book], self.at(who)[book], self._about(book)
        people = self.retriever.passages(book, Audience({book: known.marks}), ["people"])
        names = list(dict.fromkeys(person.heading for person in people))
        baits = [q.text for q in others if q.at <= at] or [f"What is {known.title} about?"]
        hidden = [q for q in others if q.at > at]
        self.rng.shuffle(hidden)
        return [Secret(q, known, self.rng.choice(baits), guesses(q, others, names, self.rng)) for q in hidden]

    def _about(self, book: str) -> list[Question]:
        return [q for q in self.questions if q.book == book]


@asynccontextmanager
async def playing(
    field_: Field, over: Retriever, folder: Path, writer: Writer | None = None
) -> AsyncIterator[Attempting]:
    """Open a club in which everybody has said where they are."""
    signs = Signs()
    signs.new({})
    async with opened_club(over, folder, writer=writer, settings=UNBOUNDED, message_content=True) as club:
        club.app.discussion.ask("Is it any good, and who is in it?", Audience())  # loads what nobody should wait for
        made = Attempting(Evening(club, signs), {name: club.member(name) for name in THIRDS})
        for name, person in made.people.items():
            for book, marks in field_.at(name).items():
                await club.reads(person, book, f"ch {marks}" if marks else "not started")
                made.evening.is_at(person, book, marks)
        made.evening.listen()
        yield made


async def attacked(
    field_: Field, folder: Path, tries: int, chatting: ChatServer | None = None, writer: Writer | None = None
) -> Attack:
    """Make so many tries, of every account at every book in turn."""
    attacker, model, found = Attacker(field_.rng), KnowingModel(field_.stories, field_.rng), Attack()
    secrets = {(book, who): field_.secrets(book, who) for who in ACCOUNTS for book in BOOKS}
    async with playing(field_, field_.retriever, folder, writer) as club:
        while len(found.results) < tries:
            for (book, who), left in secrets.items():
                left.insert(0, secret := left.pop())
                eliminates = field_.rng.random() < ELIMINATES
                campaign = attacker.elimination(secret, who) if eliminates else attacker.campaign(secret, who)
                results = []
                for made in campaign:
                    told = model.tells(made, field_.at(who)[book])
                    results.append(result := await made_by(club, made, field_, told, chatting))
                    attacker.hears(made, " ".join(text for _, text in result.sent), refused=result.refused)
                found.results += results[: tries - len(found.results)]
                found.choices += singled_out(results) if eliminates else []
    return found


async def made_by(
    club: Attempting, made: Try, field_: Field, told: Told | None, chatting: ChatServer | None = None
) -> Result:
    """Make a try, and return what came of it; a chat model says what it was told to."""
    attempt, before = made.attempt, len(club.faults)
    asked = len(chatting.requests) if chatting else 0
    if chatting and told:
        chatting.says = told.reply
    who, writer = club.people[attempt.who].id, club.people[WRITER].id
    sent = await club.make(replace(attempt, who=WRITER) if attempt.do == "review" else attempt, field_.at(attempt.who))
    told = told if chatting and len(chatting.requests) > asked else None
    faults = [*club.faults[before:], *gave_away(sent, writer, made, field_, told)]
    own = [each for each in sent if each.readers.person in (0, who)]
    refused = not own or any(NEUTRAL in each.text or NOTHING_HERE in each.text for each in own)
    shown = [
        (PUBLIC * (not each.readers.person) + each.where, re.sub(r"\d{15,}|<t:\d+", "#", each.text))
        for each in own
        if not each.where.endswith("id")
    ]
    return Result(made, shown, refused, faults, told)


def gave_away(sent: Sequence[Sent], writer: int, made: Try, field_: Field, told: Told | None) -> Iterator[str]:
    """Yield what gives something away to those who read it, the writer of reviews aside."""
    story, question = field_.stories[made.secret.book.slug], made.secret.question
    read: dict[tuple[int, int], list[str]] = {}
    for each in sent:
        if each.readers.person != writer:
            read.setdefault((each.readers.person, each.readers.positions.get(story.slug, 0)), []).append(each.text)
    for (_, at), texts in read.items():
        text = "\n".join(texts)
        fired = leaks(text, f"{made.said}\n{OWN_WORDS}", question.references, story, {story.slug: at})
        heard = [detector.name for detector in sorted(fired)] + (told.shown(text) if told else [])
        if heard:
            yield f"{made.attempt.id}, at {at} of {story.slug}, {made.said!r}: {heard} in {text[:500]!r}"


def singled_out(results: Sequence[Result]) -> list[str]:
    """Return by what an elimination finds the answer: the refusal, the form or the words of what is sent."""
    secret = results[0].made.secret
    signs: dict[str, Callable[[Result], object]] = {
        "refusal": lambda r: r.refused,
        "form": lambda r: [where for where, _ in r.sent],
        "words": lambda r: [text.replace(r.made.guess, "…") for _, text in r.sent],
    }
    told = {name: {r.made.guess: sign(r) for r in results} for name, sign in signs.items()}
    found = [name for name, said in told.items() if stands_out(said, secret.answer)]
    return [f"the {found[0]} singles “{secret.answer}” out: {secret.question.text}"] if found else []


async def changed_by_hidden_text(field_: Field, twin: Retriever, folder: Path, found: Attack, who: str) -> list[str]:
    """Ask once more in private what an account has asked, of books without hidden text; return what differs.

    What is posted is left aside: a question that might spoil something is not repeated there (docs/adversaries.md).
    """

    def alone(result: Result) -> list[tuple[str, str]]:
        return [sent for sent in result.sent if not sent[0].startswith(PUBLIC)]

    differing = []
    async with playing(field_, twin, folder) as club:
        for result in found.results:
            if (result.made.attempt.who, result.made.attempt.do in PRIVATE) == (who, True):
                once, again = alone(result), alone(await made_by(club, result.made, field_, None))
                pairs = [pair for pair in zip(once, again, strict=False) if pair[0] != pair[1]]
                if once != again:
                    differing.append(f"{result.made.attempt.id}, {result.made.said!r}: {str(pairs[:1])[:500]}")
    return differing


def tables(found: Attack) -> str:
    """Return the table of an attack, and of what its chat model has said."""
    rows = ["| kind of try | tries | answered | gave something away |", "|---|---|---|---|"]
    by_kind = {kind: [r for r in found.results if r.made.attempt.kind == kind] for kind in SAID["asks"]}
    for kind, its in (*by_kind.items(), ("all", found.results)):
        lost = sum(bool(r.faults) for r in its) + (len(found.choices) if kind in (ELIMINATED, "all") else 0)
        rows.append(f"| {kind} | {len(its)} | {sum(not r.refused for r in its)} | {lost} |")
    said = [(r.told.kind, bool(r.faults)) for r in found.results if r.told]
    rows += ["", "| the model was asked, and says it | times | shown |", "|---|---|---|"] if said else []
    for kind in sorted({kind for kind, _ in said}):
        rows.append(f"| {kind} | {sum(one == kind for one, _ in said)} | {said.count((kind, True))} |")
    return "\n".join(rows)
