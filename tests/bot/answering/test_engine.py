"""A discussion: whatever is asked, nobody reads more than they have read, and what they read can be traced."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.about import NO_THEME
from bot.answering.conversation import Exchange
from bot.answering.engine import NO_MORE, Discussion
from bot.answering.reply import MAY_SPOIL, NEUTRAL, NOTHING_HERE, Mode, Reply
from bot.answering.texts import no_opinions
from corpus.errors import DogearError
from corpus.library import Library
from corpus.names import UnknownBook
from retrieval.gate import Audience, Gate
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import QuestionVectors
from tests.fakes.bookshelf import (
    KITE,
    LANTERN,
    LANTERN_DOCUMENTS,
    LANTERN_SUMMARY,
    opened,
    silent,
    write_book,
    write_kite,
    write_lantern,
)
from tests.fakes.chat_server import KEY, ChatServer, chat_server
from tests.fakes.embedder import HashedEmbedder
from tests.fakes.made_up import Shelf, audiences, questions, shelves, signs, with_other_secrets

STORM = "Whom does Silas save in the storm?"
SECRET = "Who drowned his brother for the sake of the lamp?"
FINISHED = Audience({LANTERN: 10, KITE: 4})


def at(mark: int) -> Audience:
    return Audience({LANTERN: mark})


@pytest.fixture(scope="module")
def island_talk(island: Retriever) -> Discussion:
    """A discussion in quote mode, of The Lantern and The Kite."""
    return Discussion(island.library, island)


def shown(reply: Reply) -> str:
    """Return all of a reply that members may come to read, and the passages that operators may look at."""
    quotes = [f"{quote.text} {quote.source}" for quote in reply.quotes]
    passages = [f"{ranked.passage.heading} {ranked.passage.text}" for ranked in reply.passages]
    return " ".join([reply.answer, *reply.hints, *quotes, *passages])


# Quote mode


def test_a_reader_is_answered_from_what_was_read_with_its_source(island_talk: Discussion) -> None:
    reply = island_talk.ask(STORM, at(5), LANTERN)
    assert (reply.do, reply.book, reply.answered, reply.mode) == ("ask", LANTERN, True, Mode.QUOTE)
    assert "two fishermen" in reply.answer
    assert "summary, chapter 5" in reply.answer.partition("\n— ")[2]
    assert any("two fishermen" in quote.text and quote.source == "summary, chapter 5" for quote in reply.quotes)
    assert "two fishermen" in reply.passages[0].passage.text


def test_a_reader_who_is_not_there_yet_is_told_nothing_of_it(island_talk: Discussion) -> None:
    for mark in range(10):
        assert "drowned" not in shown(island_talk.ask(SECRET, at(mark), LANTERN))
    assert "drowned" in shown(island_talk.ask(SECRET, at(10), LANTERN))


def test_the_neutral_reply_is_the_same_whether_the_answer_comes_later_or_never(tmp_path: Path) -> None:
    without = {name: text.replace("drowned", "loved") for name, text in LANTERN_DOCUMENTS.items()}
    replies = []
    for name, documents in (("later", LANTERN_DOCUMENTS), ("never", without)):
        write_book(tmp_path / name, LANTERN, {"summary.md": documents["summary.md"]})
        with opened(tmp_path / name, tmp_path / f"data-{name}") as retriever:
            discussion = Discussion(retriever.library, retriever)
            replies.append([discussion.ask(q, at(0), LANTERN) for q in (SECRET, STORM, "Why?")])
    assert [[(r.answer, r.answered, r.quotes, r.passages) for r in each] for each in replies] == [
        [(NEUTRAL, False, (), ())] * 3
    ] * 2


def test_a_refusal_says_what_is_known_of_the_one_person_who_was_asked_about(island_talk: Discussion) -> None:
    question = "Which purple submarine did Silas conquer in 1894?"
    reply = island_talk.ask(question, at(5), LANTERN)
    assert not reply.answered
    assert reply.body == f"{NEUTRAL}\nOn Silas, I have this: “Silas keeps the lighthouse and lives alone.”"
    assert [quote.text for quote in reply.quotes] == ["Silas keeps the lighthouse and lives alone."]
    assert len(reply.sources) == 1
    assert island_talk.ask(question, at(1), LANTERN).answer == NEUTRAL
    both = island_talk.ask("Which purple submarine did Silas and Dorothea conquer?", at(5), LANTERN)
    assert (both.answer, both.answered) == (NEUTRAL, False)


def test_what_only_asks_is_not_quoted_as_an_answer(library: Path, data: Path) -> None:
    asking = "---\nkind: discussion\nreveals: 0\n---\n- Whom does Silas save in the storm?\n"
    write_book(library, LANTERN, {"discussion.md": asking})
    with opened(library, data) as retriever:
        talk = Discussion(retriever.library, retriever)
        reply, hint = talk.ask(STORM, FINISHED, LANTERN), talk.hint(STORM, FINISHED, LANTERN)
    assert (reply.answer, reply.answered) == (NOTHING_HERE, False)
    assert all("Whom does Silas save" not in level for level in hint.hints)


@pytest.mark.parametrize(
    ("asked", "mark", "first"),
    [
        ("whats the watch", 2, "The watch is a room under the lamp."),
        ("What does the watch mean?", 9, "The watch was never about the lamp."),
        ("ok what is the watch room", 9, "The room has a green door."),
    ],
)
def test_what_something_is_called_is_told_from_its_own_latest_entry_of_the_glossary(
    library: Path, data: Path, asked: str, mark: int, first: str
) -> None:
    entries = [("Watch", 1, "The watch is a room under the lamp. Silas sleeps there.")]
    entries += [("Watch room", 1, "The room has a green door."), ("Watch", 8, "The watch was never about the lamp.")]
    text = "".join(f"## {name}\n<!-- reveals: {at} -->\n\n{told}\n\n" for name, at, told in entries)
    write_lantern(library, glossary_md=f"---\nkind: glossary\ntitle: Words\n---\n\n{text}")
    with opened(library, data) as retriever:
        reply = Discussion(retriever.library, retriever).ask(asked, at(mark), LANTERN)
    assert reply.answer.startswith(f"“{first}")


def test_letters_are_not_taken_for_somebody_whom_the_reader_has_not_met(library: Path, data: Path) -> None:
    entry = "## Initials\n<!-- reveals: 1 -->\n\nThe letters L.L. in the logbook stand for Dorothea’s sister.\n"
    write_lantern(library, glossary_md=f"---\nkind: glossary\ntitle: Words\n---\n\n{entry}")
    with opened(library, data) as retriever:
        talk = Discussion(retriever.library, retriever)
        assert "stand for Dorothea’s sister" in talk.ask("who's L.L.??", at(2), LANTERN).answer
        assert not talk.ask("Who is Corrin Vale?", at(2), LANTERN).answered


def test_a_question_that_names_no_book_finds_it(island_talk: Discussion) -> None:
    assert island_talk.ask("Who becomes a clockmaker?", FINISHED).book == KITE
    assert island_talk.ask(STORM, FINISHED).book == LANTERN


def test_a_book_that_nobody_knows_is_an_error_with_the_nearest(island_talk: Discussion) -> None:
    calls: list[Callable[[], Reply]] = [
        lambda: island_talk.ask(STORM, FINISHED, "The Lantem"), lambda: island_talk.hint(STORM, FINISHED, "The Lantem"),
        lambda: island_talk.recap(FINISHED, "The Lantem"), lambda: island_talk.check(STORM, FINISHED, "The Lantem"),
        lambda: island_talk.who("Silas", FINISHED, "The Lantem"), lambda: island_talk.order(FINISHED, "The Lantem"),
        lambda: island_talk.premise("The Lantem"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(UnknownBook, match="Did you mean The Lantern"):
            call()


@pytest.mark.parametrize("text", ["", "  ", "?!", "😱"])
def test_a_question_without_words_is_an_error_that_shows_one(island_talk: Discussion, text: str) -> None:
    for call in (island_talk.ask, island_talk.hint, island_talk.who, island_talk.check):
        with pytest.raises(DogearError, match="for example"):
            call(text, FINISHED, LANTERN)


def test_a_text_of_endless_length_is_an_error_that_says_how_long(island_talk: Discussion) -> None:
    for call in (island_talk.ask, island_talk.hint, island_talk.who, island_talk.check):
        with pytest.raises(DogearError, match="50,000 characters"):
            call("Silas " * 10_000, FINISHED, LANTERN)


# Hint, recap, who, premise, check and order


def test_a_hint_has_three_levels_and_the_answer_only_for_who_has_read_it(island_talk: Discussion) -> None:
    early, late = island_talk.hint(STORM, at(3), LANTERN), island_talk.hint(STORM, at(5), LANTERN)
    assert (early.do, len(early.hints), len(late.hints)) == ("hint", 3, 3)
    assert "fishermen" not in shown(early)
    assert "chapter 5" in early.hints[1]
    assert late.hints[2] == island_talk.ask(STORM, at(5), LANTERN).answer
    assert (early.answer, late.answer) == (early.hints[0], late.hints[0])


def test_without_a_book_that_fits_a_hint_is_the_neutral_reply(library: Path, data: Path) -> None:
    with opened(library, data) as retriever:
        reply = Discussion(retriever.library, retriever).hint(STORM, FINISHED)
    assert (reply.book, reply.answer, reply.hints) == (None, NEUTRAL, ())


def test_a_recap_tells_the_story_so_far_and_no_further(island_talk: Discussion) -> None:
    for mark in range(11):
        reply = island_talk.recap(at(mark), LANTERN)
        told = [chapter for chapter in LANTERN_SUMMARY if chapter <= mark]
        first, *lines = reply.answer.split("\n")
        if len(told) > 1:
            assert first == f"Chapters 1–{told[-1]} of 10"
        lines = lines if len(told) > 1 else [first]
        assert [line.partition(": ")[2] for line in lines] == [LANTERN_SUMMARY[chapter] for chapter in told] or [""]
        assert reply.answered is bool(told)
    assert island_talk.recap(at(0), LANTERN).answer == NEUTRAL


def test_who_tells_what_is_known_of_somebody_so_far(island_talk: Discussion) -> None:
    assert island_talk.who("Silas", at(2), LANTERN).answer == (
        "Silas keeps the lighthouse and lives alone.\n— who is who, chapter 2"
    )
    finished = island_talk.who("silas", FINISHED, LANTERN)
    assert "murderer" in finished.answer
    assert [quote.source for quote in finished.quotes] == ["who is who, chapter 2", "who is who, chapter 10"]


PEOPLE = {
    "Barrow": "Barrow keeps the keys. Barrow is the old butler of the Hall.", "Ann Hale": "Ann Hale rows.",
    "Miss Barrow": "Miss Barrow sews. Her name is Jane.", "Tom Hale": "Tom Hale sings.", "Felix D’Arcy": "He waits.",
    "Mostyn (Clive)": "Mostyn drinks.", "Count of Monte Cristo, the": "The Count is rich.",
}  # fmt: skip


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Discussion]:
    """A discussion of a book with many people."""
    folder: Path = tmp_path_factory.mktemp("hall")
    text = "".join(f"## {name}\n\n<!-- reveals: 0 -->\n{said}\n\n" for name, said in PEOPLE.items())
    write_book(folder / "library", LANTERN, {"people.md": text})
    with opened(folder / "library", folder / "data") as retriever:
        yield Discussion(retriever.library, retriever)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Barrow", "Barrow keeps"), ("Miss Barrow", "Miss Barrow sews"), ("the butler", "Barrow keeps"),
        ("Barow", "I take it that you mean Barrow.\nBarrow keeps"), ("Mr. Barrow", "Barrow keeps"),
        ("Jane Barrow", "Miss Barrow sews"), ("hale", "Ann Hale: Ann Hale rows.\nTom Hale: Tom Hale sings."),
        ("D'Arcy", "He waits"), ("Mostyn", "Mostyn drinks"), ("the Count", "The Count is rich"), ("Ann", "Ann Hale"),
    ],
)  # fmt: skip
def test_parts_of_names_roles_and_slips_of_the_keys_are_understood_and_namesakes_kept_apart(
    hall: Discussion, typed: str, told: str
) -> None:
    assert hall.who(typed, Audience(), LANTERN).body.startswith(told)


def test_shorter_is_one_sentence_and_go_on_says_nothing_twice(island_talk: Discussion) -> None:
    question = "What happens to Dorothea on the island?"
    first = island_talk.ask(question, FINISHED, LANTERN)
    before = [Exchange(question, first.answer, LANTERN)]
    shorter = island_talk.ask("shorter please", FINISHED, LANTERN, before)
    assert len(shorter.quotes) == 1
    assert len(shorter.answer) <= len(first.answer)
    for _ in range(10):
        more = island_talk.ask("go on", FINISHED, LANTERN, before)
        if not more.answered:
            break
        assert all(quote.text not in exchange.answer for quote in more.quotes for exchange in before)
        before.append(Exchange("go on", more.answer, LANTERN))
    assert more.answer == NO_MORE


def test_he_and_she_are_those_who_were_talked_about(island_talk: Discussion) -> None:
    before = [Exchange("who is silas", island_talk.ask("who is silas", at(5), LANTERN).answer, LANTERN)]
    assert island_talk.alone("what does he save", at(5), LANTERN, before) == "what does Silas save"
    assert island_talk.alone("What is it about?", at(5), LANTERN, before) == "What is it about?"
    assert "Silas" not in island_talk.alone("what does he save", at(0), LANTERN, [Exchange("Who?", "", LANTERN)])


def test_a_part_is_told_in_the_length_that_is_asked_for(island_talk: Discussion) -> None:
    whole = island_talk.recap(at(5), LANTERN, "chapter 5").answer
    brief = island_talk.recap(at(5), LANTERN, "chapter 5 in one sentence").answer
    assert brief.startswith("Chapter 5: ")
    assert brief.count(". ") == 0
    assert len(brief) < len(whole)


def test_who_knows_nobody_whom_the_reader_has_not_met(island_talk: Discussion) -> None:
    strangers = [island_talk.who(name, at(1), LANTERN) for name in ("Silas", "Marmaduke")]
    strangers += [island_talk.ask(f"Who is {name}?", at(4), LANTERN) for name in ("Lestrade", "Marmaduke Brown")]
    assert [(r.answer, r.answered) for r in strangers] == [(NEUTRAL, False)] * 4


def test_a_message_that_goes_further_than_its_readers_is_told_to_its_author_alone(island_talk: Discussion) -> None:
    spoiler = "I cannot believe that Silas drowned his brother for the sake of the lamp!"
    early = island_talk.check(spoiler, at(5), LANTERN)
    assert (early.answer, dict(early.reveals), early.withheld) == (MAY_SPOIL, {LANTERN: 10}, True)
    late = island_talk.check(spoiler, at(10), LANTERN)
    assert (late.answer, dict(late.reveals), late.withheld) == ("", {LANTERN: 10}, False)


# The gate, whatever the library and the question


class CountingEmbedder(HashedEmbedder):
    """Notes what was read as a question, and what beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[str, ...]] = []

    def question(self, text: str, beside: Sequence[str] = ()) -> QuestionVectors:
        """Embed a question."""
        self.read.append((text, *beside))
        return super().question(text, beside)


def test_a_question_is_read_once_for_its_kind_and_for_the_search(tmp_path: Path) -> None:
    write_lantern(tmp_path / "library")
    embedder = CountingEmbedder()
    with Store(tmp_path / "data", embedder.name, silent) as store:
        retriever = Retriever(Library.load(tmp_path / "library"), store, embedder)
        retriever.refresh()
        discussion = Discussion(retriever.library, retriever)
        discussion.ask(STORM, FINISHED, LANTERN)
        discussion.ask(STORM, Audience({LANTERN: 1}), LANTERN)
    assert embedder.read == [(STORM, "whom does silas save in the storm"), (STORM,)]


Opening = Callable[[Shelf], Discussion]


@pytest.fixture(scope="module")
def opening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opening]:
    """Return what opens a discussion of a made-up library, in one store for all of them."""
    folder: Path = tmp_path_factory.mktemp("made-up-talk")
    embedder = HashedEmbedder()
    with Store(folder / "data", embedder.name, silent) as store:

        def open_(shelf: Shelf) -> Discussion:
            library = Library.load(shelf.write(folder / "library"))
            retriever = Retriever(library, store, embedder)
            retriever.refresh()
            return Discussion(library, retriever)

        yield open_


def everything(discussion: Discussion, question: str, audience: Audience, books: list[str]) -> list[Reply]:
    """Ask all that can be asked."""
    ways = (discussion.ask, discussion.hint, discussion.who)
    asked = [way(question, audience, book) for way in ways for book in (None, *books)]
    asked += [discussion.who("Note", audience, book) for book in books]
    return asked + [discussion.recap(audience, book) for book in books]


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_no_reply_holds_anything_beyond_its_audience(opening: Opening, data: st.DataObject) -> None:
    shelf = data.draw(shelves(always_placed=True))
    discussion = opening(shelf)
    for _ in range(3):
        audience = data.draw(audiences(shelf))
        allowed = {one.sign for one in shelf.told if one.may_be_seen_by(audience)}
        for reply in everything(discussion, data.draw(questions(shelf)), audience, sorted(shelf.marks)):
            assert signs(shown(reply)) <= allowed
            assert all(Gate(audience).passes(ranked.passage) for ranked in reply.passages)
        for book in shelf.marks:
            premise = signs(shown(discussion.premise(book)))
            assert premise <= {one.sign for one in shelf.told if one.may_be_seen_by(Audience())}


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_no_reply_depends_on_what_its_audience_may_not_see(opening: Opening, data: st.DataObject) -> None:
    shelf = data.draw(shelves(always_placed=True))
    audience = data.draw(audiences(shelf))
    other = data.draw(with_other_secrets(shelf, audience))
    question = data.draw(questions(shelf))

    def told(shelf: Shelf) -> list[tuple[object, ...]]:
        replies = everything(opening(shelf), question, audience, sorted(shelf.marks))
        return [
            (r.do, r.book, r.answer, r.answered, r.quotes, r.mode, [ranked.passage.id for ranked in r.passages])
            for r in replies
        ]

    assert told(other) == told(shelf)


# Model mode, over the real protocol, under the real guard

LEAD = "Silas rowed out in the storm and saved two fishermen."
QUOTE = "“Silas rows out alone and saves two fishermen from the rocks.”"


def number_of(server: ChatServer, words: str) -> int:
    """Return the number that a sentence has in the prompt."""
    return int(re.findall(rf"(?m)^\[(\d+)\].*{words}", server.messages()["user"])[0])


@pytest.fixture(scope="module")
def serving() -> Iterator[ChatServer]:
    with chat_server() as server:
        yield server


@pytest.fixture
def server(serving: ChatServer) -> ChatServer:
    serving.behaviour, serving.says = "answer", LEAD
    serving.requests.clear()
    return serving


@contextmanager
def with_model(server: ChatServer, retriever: Retriever) -> Iterator[Discussion]:
    with server.writer(retriever) as writer:
        yield Discussion(retriever.library, retriever, writer)


@pytest.fixture
def model_talk(server: ChatServer, island: Retriever) -> Iterator[Discussion]:
    with with_model(server, island) as discussion:
        yield discussion


def test_a_lead_stands_above_the_quotes(model_talk: Discussion, server: ChatServer, island_talk: Discussion) -> None:
    reply, quotes = model_talk.ask(STORM, at(5), LANTERN), island_talk.ask(STORM, at(5), LANTERN)
    assert (reply.mode, reply.answered, reply.lead) == (Mode.MODEL, True, LEAD)
    assert reply.answer == f"{LEAD}\n{quotes.answer}"
    assert (reply.quotes, reply.passages) == (quotes.quotes, quotes.passages)


def test_picked_sentences_are_quoted_from_the_passages_in_their_order(
    model_talk: Discussion, server: ChatServer
) -> None:
    model_talk.ask(STORM, at(5), LANTERN)
    storm, saved = number_of(server, "harbour wall"), number_of(server, "two fishermen")
    letter = number_of(server, "that she has not opened")
    server.says = f"PICK: {saved}, {letter}, {storm}"
    reply = model_talk.ask(STORM, at(5), LANTERN)
    assert (reply.mode, reply.lead) == (Mode.MODEL, "")
    assert reply.answer == (
        "“A storm breaks the harbour wall in the night. Silas rows out alone and saves two fishermen from the rocks.” "
        "[1] “She carries a letter that she has not opened.” [2]\n— [1] summary, chapter 5 · [2] summary, chapter 1"
    )
    server.says = f"PICK: {saved}\nLEAD: {LEAD}"
    assert model_talk.ask(STORM, at(5), LANTERN).answer == f"{LEAD}\n{QUOTE}\n— summary, chapter 5"


@pytest.mark.parametrize("says", ["PICK: 99", f"PICK: 0\nLEAD: {LEAD}", "NOTHING", "PICK: all", QUOTE])
def test_wrong_numbers_nothing_and_what_the_quotes_say_anyway_leave_the_quotes(
    model_talk: Discussion, server: ChatServer, island_talk: Discussion, says: str
) -> None:
    server.says = says
    reply = model_talk.ask(STORM, at(5), LANTERN)
    assert (reply.mode, reply.lead) == (Mode.FALLBACK, "")
    assert reply.answer == island_talk.ask(STORM, at(5), LANTERN).answer


def test_a_question_that_asks_for_one_sentence_gets_one_quote(model_talk: Discussion, server: ChatServer) -> None:
    server.says = "PICK: 1, 2, 3"
    assert len(model_talk.ask(f"{STORM} In one sentence.", at(5), LANTERN).quotes) == 1


def test_a_model_that_tells_the_ending_is_stopped_and_the_quotes_stay(
    model_talk: Discussion, server: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.says = "LEAD: Silas drowned his brother for the sake of the lamp."
    reply = model_talk.ask(STORM, at(5), LANTERN)
    assert len(server.requests) == 1
    assert reply.mode is Mode.FALLBACK
    assert "two fishermen" in reply.answer
    assert "drowned" not in shown(reply) + caplog.text
    assert model_talk.ask(SECRET, FINISHED, LANTERN).lead.startswith("Silas drowned")


def test_of_three_sentences_the_one_that_gives_it_away_goes(model_talk: Discussion, server: ChatServer) -> None:
    server.says = (
        "A storm breaks the harbour wall in the night. Silas drowned his brother for the sake of the lamp. "
        "Silas rows out and saves two men."
    )
    reply = model_talk.ask(STORM, at(5), LANTERN)
    assert reply.mode is Mode.MODEL
    assert reply.lead == "A storm breaks the harbour wall in the night. Silas rows out and saves two men."


def test_quotes_are_there_before_the_model_is_asked(model_talk: Discussion, server: ChatServer) -> None:
    early: list[tuple[Reply, int]] = []

    def at_once(reply: Reply) -> None:
        early.append((reply, len(server.requests)))

    reply = model_talk.ask(STORM, at(5), LANTERN, at_once=at_once)
    [(quotes, asked)] = early
    assert (quotes.mode, asked) == (Mode.QUOTE, 0)
    assert reply.answer == f"{LEAD}\n{quotes.answer}"


def test_what_nothing_visible_answers_is_not_put_to_a_model(model_talk: Discussion, server: ChatServer) -> None:
    early: list[Reply] = []
    for audience in (at(5), FINISHED):
        reply = model_talk.ask("How much does a ticket to Vienna cost?", audience, LANTERN, at_once=early.append)
        assert (reply.answered, reply.mode) == (False, Mode.QUOTE)
    assert server.requests == []
    assert early == []


def test_when_the_model_fails_the_passages_answer(
    model_talk: Discussion, server: ChatServer, island_talk: Discussion, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.behaviour = "error"
    reply = model_talk.ask(STORM, at(5), LANTERN)
    assert reply.mode is Mode.FALLBACK
    assert reply.answer == island_talk.ask(STORM, at(5), LANTERN).answer
    assert "answering from passages" in caplog.text
    assert KEY not in caplog.text


def test_what_the_model_may_read_is_what_its_readers_may(model_talk: Discussion, server: ChatServer) -> None:
    model_talk.ask(SECRET, at(5), LANTERN)
    passages = server.messages()["user"].partition("<sentences>")[2].partition("</sentences>")[0]
    assert "drowned" not in passages
    assert "murderer" not in passages
    assert "lighthouse" in passages


# A book as a whole


def test_what_has_happened_so_far_is_the_recap_and_no_further(island_talk: Discussion) -> None:
    for mark in range(1, 10):
        reply = island_talk.ask("What has happened so far?", at(mark), LANTERN)
        assert reply.answer == island_talk.recap(at(mark), LANTERN, limit=900).answer
        assert "drowned" not in shown(reply)
    assert "drowned" in island_talk.ask("What has happened so far?", at(10), LANTERN).answer


def test_what_happens_in_a_part_is_the_recap_of_it_for_who_has_read_it(island_talk: Discussion) -> None:
    for question in ("What happens in chapter 5?", "Summarise chapters 3 to 5, please"):
        reply = island_talk.ask(question, at(5), LANTERN)
        assert reply.do == "ask"
        assert "two fishermen" in reply.answer
        assert "evening boat" not in reply.answer
        unread = island_talk.ask(question, at(2), LANTERN)
        assert (unread.answer, unread.answered) == (NEUTRAL, False)
    assert "fishermen" in island_talk.ask("What happened in the storm?", at(5), LANTERN).answer


def test_who_has_read_nothing_is_told_what_the_book_is_about(island_talk: Discussion) -> None:
    for nobody in (Audience(), at(0)):
        assert island_talk.ask("What happens?", nobody, LANTERN).answer.endswith("an old secret.\n— premise")


def test_what_others_thought_is_told_as_far_as_their_reviews_may_be_seen(library: Path, data: Path) -> None:
    reviews = (
        "## ★★★★★\n\n<!-- reveals: 0 -->\n\nThe prose is lovely.\n\n"
        "## ★☆☆☆☆\n\n<!-- reveals: 10 -->\n\nThat he drowned his brother is no surprise.\n"
    )
    write_lantern(library, reviews_md=reviews)
    with opened(library, data) as retriever:
        talk = Discussion(retriever.library, retriever)
        early, late = (talk.ask("Is it any good?", at(mark), LANTERN) for mark in (5, 10))
    assert "lovely" in early.answer
    assert "drowned" not in shown(early)
    assert "no surprise" in late.answer


def test_whom_one_has_met_are_those_whom_the_audience_may_know(island_talk: Discussion) -> None:
    told = [island_talk.ask("Who are the characters?", at(mark), LANTERN).answer for mark in (0, 1, 2)]
    silas, dorothea = (
        "Silas: Silas keeps the lighthouse and lives alone",
        "Dorothea: a traveller with an unopened letter",
    )
    assert "old secret" in told[0]
    assert told[1:] == [f"{dorothea}\n— who is who", f"{silas}\n{dorothea}\n— who is who"]


def test_themes_quotes_and_questions_for_discussion_are_the_last_ones_reached(library: Path, data: Path) -> None:
    asked = "".join(f"<!-- reveals: {mark} -->\n- Question {mark}?\n\n" for mark in (1, 2, 3, 4, 9))
    write_lantern(library, discussion_md=asked, themes_md="## Guilt\n\n<!-- reveals: 9 -->\nHe drowned him.\n")
    with opened(library, data) as retriever:
        talk = Discussion(retriever.library, retriever)
        reply = talk.ask("Give me some discussion questions", at(5), LANTERN)
        assert reply.answer.partition("\n— ")[0].splitlines() == ["Question 2?", "Question 3?", "Question 4?"]
        assert "discussion, chapter 4" in reply.answer
        nothing = talk.ask("What are the themes?", at(8), LANTERN)
        assert (nothing.answer, nothing.answered) == (NO_THEME, False)
        assert "drowned" in talk.ask("What are the themes?", at(9), LANTERN).answer
        assert talk.ask("Any good quotes?", FINISHED, LANTERN).answer.startswith("I have no quotes")


def test_a_greeting_is_greeted_and_nothing_is_quoted(island_talk: Discussion) -> None:
    reply = island_talk.ask("Hello!", at(5), LANTERN)
    assert (reply.do, reply.answered, reply.quotes, reply.passages) == ("ask", True, (), ())
    assert reply.answer.startswith("Hello!")


def test_where_no_review_may_be_seen_the_reply_is_one_whether_there_are_any_or_not(library: Path, data: Path) -> None:
    write_lantern(
        library, reviews_md="## ★☆☆☆☆\n\n<!-- reveals: 10 -->\n\nThat he drowned his brother is no surprise.\n"
    )
    write_kite(library)
    with opened(library, data) as retriever:
        talk = Discussion(retriever.library, retriever)
        hidden = talk.ask("is it any good", at(5), LANTERN).answer
        none = talk.ask("is it any good", at(5), KITE).answer
    assert hidden == no_opinions(retriever.library.books[LANTERN])
    assert none == no_opinions(retriever.library.books[KITE])


def test_a_question_that_joins_two_kinds_is_answered_in_both_halves(island_talk: Discussion) -> None:
    told = island_talk.ask("Who wrote it, and how many chapters are there?", Audience(), KITE).answer
    assert "The Kite is by Traditional." in told
    assert "The Kite has 4 chapters." in told
    story = island_talk.ask("Whom does Silas save and why does he row out?", FINISHED, LANTERN)
    assert "fishermen" in story.answer


def test_what_to_read_next_is_told_of_the_series_that_a_book_is_of(library: Path, data: Path) -> None:
    for number, slug in enumerate((LANTERN, KITE), 1):
        documents = {"summary.md": LANTERN_DOCUMENTS["summary.md"]}
        write_book(library, slug, documents, series="Islands", series_number=number)
    with opened(library, data) as retriever:
        reply = Discussion(retriever.library, retriever).ask("What should I read next?", at(5), LANTERN)
    assert reply.answer.startswith("Next in Islands: The Kite.")


def test_a_question_that_leans_on_another_is_about_that(island_talk: Discussion) -> None:
    before = [Exchange("What does Dorothea carry?", "A letter that she has not opened.", LANTERN)]
    assert "old secret" not in island_talk.ask("What is it about?", at(10), LANTERN, before).answer
    assert "old secret" in island_talk.ask("What is the book about?", at(10), LANTERN, before).answer
