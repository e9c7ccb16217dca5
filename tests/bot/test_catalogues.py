"""Open catalogues: what they say is taken in bounds, from their own hosts alone, and they may be away at any time."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from bot.catalogues import CatalogueProblem, Catalogues
from tests.fakes.catalogue_server import ARTICLE, BOOK, DESCRIPTION, Behaviour, CatalogueServer, catalogue_server


@pytest.fixture
def server() -> Iterator[CatalogueServer]:
    with catalogue_server() as found:
        yield found


@pytest.fixture
def catalogues(server: CatalogueServer) -> Catalogues:
    return Catalogues(server.settings(catalogue_contact="op@example.org"), pause=0.0)


async def test_a_title_and_both_kinds_of_isbn_find_books(server: CatalogueServer, catalogues: Catalogues) -> None:
    found = await catalogues.candidates("Vellichor Vale")
    assert [book["title"] for book in found] == ["Vellichor", "Vellichor Revisited"]
    for typed in ("978-0-306-40615-7", " 0306406152 "):
        (book,) = await catalogues.candidates(typed)
        assert book["author_name"] == BOOK["author_name"]
        assert book["isbn"][0] == typed.strip().replace("-", "")
    assert await catalogues.candidates("Nothing of the kind") == []
    assert "isbn=9780306406157" in server.asked[1]
    assert all(agent.startswith("Dogear/") and "op@example.org" in agent for agent in server.agents)


async def test_a_picked_book_gets_its_description(server: CatalogueServer, catalogues: Catalogues) -> None:
    (book, other) = await catalogues.candidates("Vellichor")
    assert (await catalogues.described(book))["description"]["value"] == DESCRIPTION
    assert (await catalogues.described(other)).items() >= other.items()
    assert await catalogues.described(book | {"key": "/../admin"}) == book | {"key": "/../admin"}
    assert not any("admin" in path for path in server.asked)


async def test_cast_and_article_are_those_of_the_book(catalogues: Catalogues) -> None:
    assert json.loads(await catalogues.cast("Vellichor", "Ortensia Vale"))["id"] == "vellichor"
    assert (await catalogues.article("Vellichor", "Ortensia Vale")).decode() == ARTICLE
    for title, author in (("Vellichor", "Somebody Else"), ("The Lantern", "Anonymous")):
        with pytest.raises(CatalogueProblem, match="nothing about"):
            await catalogues.cast(title, author)
        with pytest.raises(CatalogueProblem, match="can’t find"):
            await catalogues.article(title, author)


BAD: tuple[Behaviour, ...] = ("error", "too many", "garbage", "huge", "packed", "circle", "slow")


@pytest.mark.parametrize("behaviour", BAD)
async def test_what_cannot_be_used_is_one_plain_sentence(server: CatalogueServer, behaviour: Behaviour) -> None:
    catalogues = Catalogues(server.settings(), pause=0.0, patience=0.5 if behaviour == "slow" else 8.0)
    server.behaviour = behaviour
    with pytest.raises(CatalogueProblem, match=r"^Open Library doesn’t answer at the moment\.$"):
        await catalogues.candidates("Vellichor")
    with pytest.raises(CatalogueProblem, match="casts and recaps doesn’t answer"):
        await catalogues.cast("Vellichor", "Ortensia Vale")
    with pytest.raises(CatalogueProblem, match="Wikipedia doesn’t answer"):
        await catalogues.article("Vellichor", "Ortensia Vale")
    if behaviour == "too many":
        assert len(server.asked) == 1, "who asks to be left alone is left alone"
    else:
        server.behaviour = "answer"
        assert await catalogues.candidates("Vellichor"), "nothing of a failure is remembered"


async def test_data_of_another_shape_holds_no_book(server: CatalogueServer, catalogues: Catalogues) -> None:
    server.behaviour = "other shape"
    assert await catalogues.candidates("Vellichor") == []
    with pytest.raises(CatalogueProblem, match="nothing about"):
        await catalogues.cast("Vellichor", "Ortensia Vale")
    with pytest.raises(CatalogueProblem, match="can’t find"):
        await catalogues.article("Vellichor", "Ortensia Vale")


async def test_a_description_that_does_not_come_is_left_out(server: CatalogueServer, catalogues: Catalogues) -> None:
    (book, _) = await catalogues.candidates("Vellichor")
    server.behaviour = "error"
    assert await catalogues.described(book) == book


async def test_no_answer_leads_to_another_host(server: CatalogueServer, catalogues: Catalogues) -> None:
    with catalogue_server() as other:
        server.behaviour, server.elsewhere = "elsewhere", f"{other.url}/search.json?q=vellichor"
        with pytest.raises(CatalogueProblem):
            await catalogues.candidates("Vellichor")
        assert other.asked == []


async def test_an_id_that_was_retired_leads_on_within_its_host(server: CatalogueServer, catalogues: Catalogues) -> None:
    server.behaviour, server.below, server.elsewhere = "elsewhere", "/search.json", "/api/v1/works/vellichor"
    assert await catalogues.candidates("Vellichor") == []
    assert server.asked[-1] == "/api/v1/works/vellichor"


async def test_a_host_is_asked_once_a_second_and_for_nothing_twice(server: CatalogueServer) -> None:
    catalogues, loop = Catalogues(server.settings(), pause=0.2), asyncio.get_running_loop()
    start = loop.time()
    await asyncio.gather(*(catalogues.candidates(f"Vellichor {n}") for n in range(3)))
    assert loop.time() - start >= 0.39
    await catalogues.candidates("Vellichor 1")
    assert len(server.asked) == 3


async def test_an_operator_can_refuse_all_of_it(server: CatalogueServer) -> None:
    catalogues = Catalogues(server.settings(catalogues=False))
    for asking in (catalogues.candidates("x"), catalogues.cast("x", "y"), catalogues.article("x", "y")):
        with pytest.raises(CatalogueProblem, match="turned off"):
            await asking
    assert server.asked == []
