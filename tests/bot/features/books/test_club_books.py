"""Clubs' own books: kept in the database, read at once, seen by no other club, and gone when they are removed."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.answering.reply import Reply
from bot.app import App
from bot.features.books import store
from bot.features.books.rules import BookText
from bot.features.books.store import ClubBookProblem, ClubBooks
from bot.features.progress.store import Progress
from bot.features.reviews.store import Reviews
from bot.people import Member
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes import club_books
from tests.fakes.bookshelf import LANTERN, opened, write_kite, write_lantern
from tests.fakes.club_books import SECRET_WORDS, vellichor
from tests.fakes.postgres import Databases
from tests.fakes.processes import Clock, app_over

OURS, THEIRS = 1 << 22, 2 << 22
LIZ, TOM = Member(OURS, 20), Member(OURS, 21)
SLUG = f"vellichor-{OURS}"
NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[Retriever]:
    write_lantern(tmp_path / "library")
    write_kite(tmp_path / "library")
    with opened(tmp_path / "library", tmp_path / "data") as found:
        found.data = tmp_path / "data"
        yield found


@pytest.fixture
async def app(retriever: Retriever, database: str | Path, clock: Clock) -> AsyncIterator[App]:
    async with app_over(retriever, database, clock) as found:
        yield found


def asked(app: App, question: str, club: int, at: int = 5, book: str | None = None) -> Reply:
    return app.discussion.ask(question, Audience({SLUG: at}, club=str(club)), book)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app in which one club has a book of its own."""
    folder = tmp_path_factory.mktemp("isolated")
    write_lantern(folder / "library")
    write_kite(folder / "library")
    with asyncio.Runner() as loop, opened(folder / "library", folder / "data") as retriever:
        stack = AsyncExitStack()
        app = loop.run(stack.enter_async_context(app_over(retriever, folder, lambda: NOON)))
        loop.run(club_books.given(app, LIZ, vellichor(OURS)))
        yield app
        loop.run(stack.aclose())


WORDS = st.sampled_from(
    (*SECRET_WORDS, SLUG, "Vale", "Tidal Halls", "candles", "palace", "tide", "Silas", "lantern", "who is", "what",
     "the end", "which books", "order", "next", "summary", "similar", "quotes", "The Lantern")
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    said=st.lists(WORDS, min_size=1, max_size=6).map(" ".join),
    typed=st.sampled_from([None, SLUG, "Vellichor", "vellichor", LANTERN]),
    club=st.sampled_from(["", str(THEIRS), "1", f"{OURS}/", f" {OURS}"]),
    at=st.integers(0, 10),
    do=st.sampled_from(["ask", "hint", "recap", "who", "check", "order", "people", "quotes", "premise", "drafts"]),
)
def test_nothing_of_a_book_reaches_another_club(
    shared: App, said: str, typed: str | None, club: str, at: int, do: str
) -> None:
    discussion, books = shared.discussion, shared.books.of(club)
    audience = Audience({SLUG: at, LANTERN: at}, adults=True, club=club)
    assert SLUG not in books
    assert all(book.club == "" for book in books.values())
    known = LANTERN if typed is None else typed
    told: object
    try:
        match do:
            case "ask":
                told = discussion.ask(said, audience, typed)
            case "hint":
                told = discussion.hint(said, audience, typed)
            case "recap":
                told = discussion.recap(audience, known)
            case "who":
                told = discussion.who(said, audience, typed)
            case "check":
                told = (discussion.check(said, audience, typed), discussion.reveals(said, typed, club))
            case "order":
                told = discussion.order(audience, typed)
            case "people":
                told = discussion.people(known, audience)
            case "premise":
                told = discussion.premise(known, club)
            case "quotes":
                told = discussion.texts(known, audience, "quotes")
            case _:
                told = discussion.drafts(audience, known, "theme")
    except (DogearError, KeyError) as error:
        told = str(error)
    echoed, seen = f"{said} {typed}".casefold(), repr(told).casefold()
    secret = (word.casefold() for word in (*SECRET_WORDS, SLUG, "Tidal"))
    leaked = [word for word in secret if word in seen and word not in echoed]
    assert leaked == []


async def test_a_slug_that_another_club_types_is_as_unknown_as_any_other(app: App) -> None:
    await club_books.given(app, LIZ, vellichor(OURS))
    messages = set()
    for typed in (SLUG, "some-other-book"):
        with pytest.raises(UnknownBook) as told:
            find_book(typed, app.books_of(THEIRS))
        messages.add(str(told.value).replace(typed, "…"))
    assert len(messages) == 1


async def test_two_who_add_a_book_at_once_get_one(app: App) -> None:
    books = app.get(ClubBooks)
    await books.draft(LIZ, vellichor(OURS), "one")
    await books.draft(TOM, vellichor(OURS, more="Another note.\n"), "two")
    done = await asyncio.gather(books.add(LIZ, SLUG, "one"), books.add(TOM, SLUG, "two"), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Book", "ClubBookProblem"]
    assert [slug for slug, book in app.books.items() if book.club] == [SLUG]


async def test_a_changed_book_is_read_anew_and_an_outdated_change_is_refused(app: App) -> None:
    first = vellichor(OURS)
    await club_books.given(app, LIZ, first)
    second = vellichor(OURS, more="---\nreveals: 0\n---\nThe marble albatross stands in the first hall.\n")
    await club_books.given(app, LIZ, second, before=first.digest)
    texts = [p.text for p in app.discussion.retriever.placed_for_the_owner(SLUG)]
    assert "The marble albatross stands in the first hall." in texts
    with pytest.raises(ClubBookProblem, match="changed that book meanwhile"):
        await club_books.given(app, TOM, vellichor(OURS, marks=6), before=first.digest)


async def test_a_removed_book_is_gone_everywhere_and_comes_back_for_a_day(app: App, clock: Clock) -> None:
    books = app.get(ClubBooks)
    await club_books.given(app, LIZ, vellichor(OURS))
    for _ in range(2):
        await books.remove(LIZ, SLUG)
        assert SLUG not in app.books
        await books.indexed()
        assert not [m for m in app.discussion.retriever._store.manifests().values() if m.club]
        assert not app.discussion.retriever._store.ids_of(SLUG)
        assert not list((app.discussion.retriever.data or Path()).glob("clubs/*/*"))
        await books.put_back(TOM, SLUG)
        await books.indexed()
        assert asked(app, "Who calls Quillon by his name?", OURS, 3, SLUG).answered
    await books.remove(LIZ, SLUG)
    clock.time += dt.timedelta(days=2)
    await books.follow()
    async with app.database.reading() as session:
        for table in (store.ClubBookRow, store.ClubDocumentRow):
            assert (await session.scalars(select(table))).all() == []
    with pytest.raises(ClubBookProblem, match="too late"):
        await books.put_back(LIZ, SLUG)
    with pytest.raises(ClubBookProblem, match="nothing to remove"):
        await books.remove(Member(THEIRS, 20), SLUG)


async def test_a_start_finds_the_books_and_reads_none_of_them_again(
    app: App, retriever: Retriever, tmp_path: Path, database: str | Path
) -> None:
    await club_books.given(app, LIZ, vellichor(OURS))
    retriever.library.change({}, [SLUG])
    async with app_over(retriever, database, lambda: NOON) as again:
        await again.get(ClubBooks).follow()
        assert SLUG in again.books_of(OURS)
        await again.get(ClubBooks).indexed()
        assert retriever.stale() == []
        assert asked(again, "Who calls Quillon by his name?", OURS, 3, SLUG).answered


async def test_what_was_half_written_when_the_process_died_is_written_again(app: App, retriever: Retriever) -> None:
    books = app.get(ClubBooks)
    await books.draft(LIZ, vellichor(OURS), "one")
    torn = (retriever.data or Path()) / "clubs" / str(OURS) / ".writing-x" / "digest" / SLUG
    torn.mkdir(parents=True)
    (torn / "book.toml").write_text('title = "Vell', encoding="utf-8")
    await books.follow()
    assert SLUG not in app.books
    assert (await books.add(LIZ, SLUG, "one")).title == "Vellichor"


async def test_a_club_has_room_for_so_many_books_and_so_much_text(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_BOOKS", 1)
    await club_books.given(app, LIZ, vellichor(OURS))
    other = BookText(f"kim-{OURS}", 'title = "Kim"\nauthor = "A. Vale"\nunit = "chapter"\nmarks = 15\n', {})
    with pytest.raises(ClubBookProblem, match="1 books of its own"):
        await club_books.given(app, LIZ, other)
    monkeypatch.setattr(store, "MOST_BOOKS", 2)
    monkeypatch.setattr(store, "MOST_BYTES", 500)
    with pytest.raises(ClubBookProblem, match="MB of text"):
        await club_books.given(app, LIZ, other)


async def test_other_processes_take_over_what_one_has_changed(postgres: Databases, tmp_path: Path) -> None:
    write_lantern(tmp_path / "library")
    with postgres.latest() as address:
        async with AsyncExitStack() as stack:
            apps = []
            for number in range(2):
                retriever = stack.enter_context(opened(tmp_path / "library", tmp_path / f"data-{number}"))
                retriever.data = tmp_path / f"data-{number}"
                apps.append(await stack.enter_async_context(app_over(retriever, address, lambda: NOON)))
                await apps[-1].get(ClubBooks).follow()
            one, other = apps
            await club_books.given(one, LIZ, vellichor(OURS))
            await other.get(ClubBooks).look()
            await other.get(ClubBooks).indexed()
            assert asked(other, "Who calls Quillon by his name?", OURS, 3, SLUG).answered
            await one.get(ClubBooks).remove(LIZ, SLUG)
            await other.get(ClubBooks).look()
            assert SLUG not in other.books


async def test_what_members_wrote_moves_along_when_the_number_of_chapters_is_corrected(app: App) -> None:
    first = vellichor(OURS, marks=10)
    book, reviews = await club_books.given(app, LIZ, first), app.get(Reviews)
    await reviews.write(TOM, book, 4, "A quiet book.", "ch 5")
    await app.get(Progress).set(TOM, book, "ch 5")
    book = await club_books.given(app, LIZ, vellichor(OURS, marks=21), before=first.digest)
    assert (await app.get(Progress).positions(TOM))[SLUG] == 5, "no further than was said"
    assert (await reviews.needed(TOM, book)).needs.marks[SLUG] == 11, "rounded up"


@pytest.mark.parametrize("step", ["_written", "_fits", "_live"])
async def test_a_book_is_whole_or_absent_wherever_adding_it_breaks_off(
    app: App, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    books = app.get(ClubBooks)
    await books.draft(LIZ, vellichor(OURS), "one")

    async def broken(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as changed:
        changed.setattr(ClubBooks, step, broken)
        with pytest.raises(RuntimeError, match="killed"):
            await books.add(LIZ, SLUG, "one")
    assert SLUG not in app.books
    await books.follow()
    if step == "_fits":
        assert SLUG not in app.books, "nothing was written"
        await books.add(LIZ, SLUG, "one")
    await books.indexed()
    assert asked(app, "Who calls Quillon by his name?", OURS, 3, SLUG).answered
