"""A club's book from open catalogues: picked, filled in, checked and attributed; and all of it works without them."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from simcord import InteractionResult, MemberActor

from bot.features.books.store import ClubBooks
from retrieval.types import Embedder
from tests.fakes.bookshelf import opened, write_lantern
from tests.fakes.catalogue_server import CatalogueServer, catalogue_server
from tests.fakes.club import Club, buttons, message, opened_club, shown
from tests.fakes.club_books import DOCUMENTS

GUIDE = f"# Vellichor by Ortensia Vale\n\n{DOCUMENTS['summary.md']}".encode()
TYPED = {"title": "Vellichor", "author": "Ortensia Vale", "length": "5 chapters"}
BY = "AudioSilo Meta community contributors, meta.audiosilo.app, CC BY-SA 4.0"


@pytest.fixture
def server() -> Iterator[CatalogueServer]:
    with catalogue_server() as found:
        yield found


@pytest.fixture
async def club(embedder: Embedder, tmp_path: Path, server: CatalogueServer) -> AsyncIterator[Club]:
    write_lantern(tmp_path / "library")
    with opened(tmp_path / "library", tmp_path / "data", embedder) as retriever:
        retriever.data = tmp_path / "data"
        async with opened_club(retriever, tmp_path, settings=server.settings()) as found:
            yield found


async def added(club: Club, jo: MemberActor, preview: InteractionResult) -> InteractionResult:
    done = await jo.click(message(preview), label="Add")
    await club.app.get(ClubBooks).indexed()
    return done


async def drafted(club: Club, jo: MemberActor, **typed: object) -> InteractionResult:
    told = await jo.slash(club.general, "book add")
    return await jo.submit_modal(told, TYPED | typed)


async def from_catalogue(jo: MemberActor, card: InteractionResult, name: str) -> InteractionResult:
    menu_id = next(
        part for part in json.dumps(message(card).components).split('"') if part.startswith("book-catalogue:")
    )
    return await jo.select(message(card), [name], custom_id=menu_id)


async def test_a_title_shows_books_to_pick_and_what_is_picked_fills_the_form(club: Club, jo: MemberActor) -> None:
    candidates = await jo.slash(club.general, "book add", title="vellichor")
    assert candidates.ephemeral
    assert "1. Vellichor, Ortensia Vale, 2020, 272 pages" in shown(candidates).replace("\\", "")
    assert "From Open Library" in shown(candidates)
    assert "https://covers.openlibrary.org/b/id/99-M.jpg" in json.dumps(message(candidates).components)
    form = await jo.select(message(candidates), ["0"])
    assert "Ortensia Vale" in str(form.modal)
    assert "272 pages" in str(form.modal)
    preview = await jo.submit_modal(form, TYPED | {"length": "5 chapters, 272 pages"})
    assert "Not started: 1 passage" in shown(preview), "the description"
    await added(club, jo, preview)
    liz = club.member("Liz")
    card = await liz.slash(club.general, "book show", book="Vellichor")
    assert "Ortensia Vale, 2020" in shown(card)
    assert "272 pages" in shown(card)
    assert "candles in a drowned palace" in shown(card)
    assert "/b/id/99-M.jpg" in json.dumps(message(card).components)
    assert "chapter 3" in shown(await liz.slash(club.general, "progress set", where="ch 3", book="Vellichor"))


async def test_another_title_than_the_picked_one_takes_nothing_of_it(club: Club, jo: MemberActor) -> None:
    candidates = await jo.slash(club.general, "book add", title="vellichor")
    form = await jo.select(message(candidates), ["0"])
    preview = await jo.submit_modal(form, TYPED | {"title": "Quite another book"})
    assert "I know nothing about its story yet" in shown(preview)


async def test_an_isbn_in_the_form_is_looked_up(club: Club, jo: MemberActor) -> None:
    candidates = await drafted(club, jo, title="978-0-306-40615-7", author="")
    form = await jo.select(message(candidates), ["0"])
    assert "Ortensia Vale" in str(form.modal)
    assert "5 chapters" in str(form.modal), "what was typed is not lost"


@pytest.mark.parametrize("behaviour", ["error", "garbage", "too many"])
async def test_without_open_library_the_form_works_as_ever(
    club: Club, jo: MemberActor, server: CatalogueServer, behaviour: str
) -> None:
    server.behaviour = behaviour  # type: ignore[assignment]
    told = await jo.slash(club.general, "book add", title="vellichor")
    assert "Open Library doesn’t answer at the moment" in shown(told)
    form = await jo.click(message(told), label="Write it myself")
    assert "vellichor" in str(form.modal)
    assert "Your club has the book now" in shown(await added(club, jo, await jo.submit_modal(form, TYPED)))


async def test_a_title_that_is_not_known_anywhere_is_added_by_hand(club: Club, jo: MemberActor) -> None:
    told = await jo.slash(club.general, "progress set", where="ch 3", book="Our own stories")
    told = await jo.click(message(told), label="Add this book")
    assert "Open Library doesn’t know “Our own stories”" in shown(told)
    assert buttons(told) == ["Write it myself"]


async def test_a_cast_is_checked_and_every_answer_from_it_names_its_source(club: Club, jo: MemberActor) -> None:
    preview = await drafted(club, jo, files=("guide.md", GUIDE))
    more = await from_catalogue(jo, preview, "cast")
    assert "1 of 2 people wait longer than their source says" in shown(more)
    assert "Zephyrine" not in shown(more), "the organiser has not come to her"
    await added(club, jo, more)
    assert BY in shown(await jo.slash(club.general, "book sources", book="Vellichor"))
    liz, slug = club.member("Liz"), f"vellichor-{club.guild.id}"
    await club.reads(liz, slug, "ch 1")
    told = shown(await liz.slash(club.general, "who", name="Quillon", book="Vellichor"))
    assert "candles" in told
    assert BY in told
    assert "stairs" not in shown(await liz.slash(club.general, "who", name="Zephyrine", book="Vellichor"))
    await club.reads(liz, slug, "finished")
    for command, typed in (("who", {"name": "Zephyrine"}), ("ask", {"question": "Who is in it?"})):
        assert BY in shown(await liz.slash(club.general, command, book="Vellichor", **typed)), command


async def test_a_cast_that_nothing_checks_waits_for_the_end(club: Club, jo: MemberActor) -> None:
    more = await from_catalogue(jo, await drafted(club, jo), "cast")
    assert "nothing yet to check its chapters with" in shown(more)
    assert "At 75%: 0 passages" in shown(more)


async def test_an_article_waits_for_the_end_but_for_what_defines_the_book(club: Club, jo: MemberActor) -> None:
    await added(club, jo, await drafted(club, jo))
    sources = await jo.slash(club.general, "book sources", book="Vellichor")
    more = await from_catalogue(jo, sources, "article")
    assert "At 75%: 1 passage" in shown(more), "“Vellichor is a 2020 fantasy novel …”"
    done = await jo.click(message(more), label="Change it")
    await club.app.get(ClubBooks).indexed()
    assert "Changed: Vellichor" in shown(done)
    again = await from_catalogue(jo, await jo.slash(club.general, "book sources", book="Vellichor"), "article")
    assert shown(again).count("At 75%: 1 passage") == 1, "what was there is replaced"
    told = shown(await jo.slash(club.general, "book sources", book="Vellichor"))
    assert "Wikipedia, “Vellichor”, CC BY-SA 4.0" in told
    for command, typed in (("book show", {}), ("ask", {"question": "What is it about?"})):
        told = shown(await jo.slash(club.general, command, book="Vellichor", **typed))
        assert "2020 fantasy novel" in told
        assert "Wikipedia, “Vellichor”, CC BY-SA 4.0" in told
    await club.reads(jo, f"vellichor-{club.guild.id}", "finished")
    assert "Wikipedia, “Vellichor”, CC BY-SA 4.0" in shown(await jo.slash(club.general, "recap", book="Vellichor"))


async def test_a_catalogue_that_is_away_changes_nothing(club: Club, jo: MemberActor, server: CatalogueServer) -> None:
    preview = await drafted(club, jo)
    server.behaviour = "error"
    assert "Wikipedia doesn’t answer at the moment" in shown(await from_catalogue(jo, preview, "article"))
    server.behaviour, server.below = "answer", ""
    assert "Your club has the book now" in shown(await added(club, jo, preview))
