"""`/review`: written in a modal, read as far as one is, one's own to edit and delete; never another club's."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult, MemberActor

from bot.features.reviews.cog import reviews_for
from bot.features.reviews.store import Reviews
from bot.people import Member, Place
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.bookshelf import opened, write_kite, write_lantern
from tests.fakes.club import Club, buttons, message, opened_club
from tests.fakes.club import read as shown

LANTERN, KITE = "the-lantern", "the-kite"
SECRET = "It hurts that Silas drowned his brother for the sake of the lamp."

LIBRARY_REVIEWS = f"""---
kind: review
---

## ★★★★☆ · 2017-09-24

<!-- reveals: 0 -->

A slow book, and a lovely one.

## ★★☆☆☆ · 2019-02-11

<!-- reveals: 10 -->

{SECRET} I did not see it coming.

## no stars

<!-- reveals: 2 -->

Silas keeps his lighthouse as others keep a grudge.

## ★★★☆☆ · 2016-01-01 · explicit

<!-- reveals: 0 -->

The love scene is not for the young.
"""


@pytest.fixture(scope="session")
def reviewed(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The Lantern with reviews in the library, and The Kite without."""
    library = tmp_path_factory.mktemp("reviewed-library")
    write_lantern(library, reviews_md=LIBRARY_REVIEWS)
    write_kite(library)
    with opened(library, tmp_path_factory.mktemp("reviewed"), embedder) as retriever:
        yield retriever


@pytest.fixture
async def reviewing(reviewed: Retriever, tmp_path: Path) -> AsyncIterator[Club]:
    """A club whose library has reviews."""
    async with opened_club(reviewed, tmp_path) as club:
        yield club


async def write(club: Club, member: MemberActor, book: str = LANTERN, **typed: str | list[str]) -> InteractionResult:
    """Open the modal and send it, with what is typed and otherwise what stands in it."""
    form = await member.slash(club.general, "review write", book=book)
    return await member.submit_modal(form, filled(form) | typed)


def filled(form: InteractionResult) -> dict[str, Any]:
    """Return what stands in the fields of a modal that was opened."""
    assert form.modal is not None, shown(form)
    parts = {label["component"]["custom_id"]: label["component"] for label in form.modal["components"]}
    stars = [option["value"] for option in parts["stars"]["options"] if option.get("default")]
    return {"stars": stars, "text": parts["text"].get("value") or "", "said": parts["said"].get("value") or ""}


async def mine(club: Club, member: MemberActor, book: str = LANTERN) -> str | None:
    """Return the text of a member's review, as it is kept."""
    review = await club.app.get(Reviews).mine(Member(member.guild.id, member.id), club.app.books[book])
    return review.text if review else None


async def test_a_review_is_kept_at_once_also_in_the_clubs_part_of_the_store(club: Club, island: Retriever) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await write(club, liz, stars=["4"], text="I like the harbour in the dark.", said="ch 5")
    assert told.ephemeral
    assert "Members who have read up to chapter 5 of The Lantern" in shown(told)
    assert buttons(told) == ["Edit", "Delete"]
    at = Audience({LANTERN: 5}, club=str(club.guild.id))
    assert [p.text for p in island.passages(LANTERN, at, ("review",))] == ["I like the harbour in the dark."]
    assert island.passages(LANTERN, Audience({LANTERN: 5}, club="1"), ("review",)) == []


async def test_an_author_who_may_only_guess_is_told_that_it_waits_and_not_where_it_was_placed(club: Club) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 2"), await club.reader("Jim", the_lantern="ch 5")
    told = await write(club, liz, text=SECRET, said="ch 2")
    assert "it waits for readers who are further on than you" in shown(told)
    assert "10" not in shown(told)
    assert "drowned" not in shown(await jim.slash(club.general, "review read", book=LANTERN))
    ann = await club.reader("Ann", the_lantern="finished")
    assert "drowned" in shown(await ann.slash(club.general, "review read", book=LANTERN))
    own = await liz.slash(club.general, "review read", book=LANTERN)
    assert "Your review" in shown(own)
    assert "drowned" in shown(own)


async def test_an_author_who_has_read_as_far_is_told_for_whom_a_review_waits(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    told = await write(club, liz, text=SECRET, said="ch 2")
    assert "It opens for readers who have read up to the end of The Lantern" in shown(told)


@pytest.mark.parametrize(
    ("typed", "help_"),
    [
        ({"text": "A fine book.", "said": "somewhere"}, "Write for example"),
        ({"text": " \n ", "said": "ch 2"}, "The review is empty"),
    ],
)
async def test_what_was_typed_is_not_lost_where_it_cannot_be_kept(
    club: Club, typed: dict[str, str], help_: str
) -> None:
    liz = club.member("Liz")
    told = await write(club, liz, stars=[], **typed)
    assert help_ in shown(told)
    assert told.ephemeral
    assert await mine(club, liz) is None
    await club.restart()
    again = await liz.click(message(told), label="Keep writing")
    assert filled(again)["text"] == typed["text"]
    assert filled(again)["said"] == typed["said"]


async def test_editing_begins_with_what_is_there_and_replaces_it(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await write(club, liz, stars=["4"], text="Good.", said="ch 2")
    await club.restart()
    form = await liz.click(message(told), label="Edit")
    assert filled(form) == {"stars": ["4"], "text": "Good.", "said": "chapter 2 of 10"}
    await liz.submit_modal(form, filled(form) | {"text": "Better than good."})
    assert await mine(club, liz) == "Better than good."
    by_command = await liz.slash(club.general, "review edit", book=LANTERN)
    assert filled(by_command)["text"] == "Better than good."
    assert filled(await liz.slash(club.general, "review write", book=LANTERN))["text"] == "Better than good."


async def test_deleting_asks_first_and_can_be_undone(club: Club, island: Retriever) -> None:
    liz = club.member("Liz")
    await write(club, liz, stars=["2"], text="Too grey for me.", said="not started")
    told = await liz.slash(club.general, "review delete", book=LANTERN)
    assert "Too grey for me." in shown(told)
    assert buttons(told) == ["Confirm", "Keep it"]
    assert "Nothing was changed" in shown(await liz.click(message(told), label="Keep it"))
    told = await liz.slash(club.general, "review delete", book=LANTERN)
    await club.restart()
    gone = await liz.click(message(told), label="Confirm")
    assert await mine(club, liz) is None
    here = Audience({}, club=str(club.guild.id))
    assert island.passages(LANTERN, here, ("review",)) == []
    undone = await liz.click(message(gone), label="Undo")
    assert "is back" in shown(undone)
    assert await mine(club, liz) == "Too grey for me."
    assert len(island.passages(LANTERN, here, ("review",))) == 1


async def test_reviews_are_read_as_far_as_their_reader_is(reviewing: Club) -> None:
    newcomer, middle, finished = (
        reviewing.member("Liz"),
        await reviewing.reader("Jim", the_lantern="ch 2"),
        await reviewing.reader("Toby", the_lantern="finished"),
    )
    first = await newcomer.slash(reviewing.general, "review read", book=LANTERN)
    assert first.ephemeral
    assert "A slow book" in shown(first)
    assert "grudge" not in shown(first)
    assert "grudge" in shown(await middle.slash(reviewing.general, "review read", book=LANTERN))
    last = shown(await finished.slash(reviewing.general, "review read", book=LANTERN))
    assert last.index("11 February 2019") < last.index("24 September 2017") < last.index("no stars")
    assert "A reader · ★★★★☆" in last.replace("**", "")


async def test_the_list_is_narrowed_by_stars_and_age_also_from_a_books_card(reviewing: Club) -> None:
    liz = await reviewing.reader("Liz", the_lantern="finished")
    card = await liz.slash(reviewing.general, "book show", book=LANTERN)
    listed = await liz.click(message(card), label="Reviews")
    assert "drowned" in shown(listed)
    await reviewing.restart()
    four = await liz.select(message(listed), ["4 any"])
    assert "A slow book" in shown(four)
    assert "drowned" not in shown(four)
    none = await liz.select(message(four), ["1 week"])
    assert "There are no such reviews" in shown(none)
    assert "drowned" in shown(await liz.select(message(none), ["1 any"]))


async def test_ones_own_comes_first_and_others_carry_their_names(reviewing: Club) -> None:
    liz, jim = reviewing.member("Liz"), reviewing.member("Jim")
    await write(reviewing, liz, stars=["1"], text="Too grey for me.", said="not started")
    await write(reviewing, jim, stars=["5"], text="A lovely, quiet read.", said="not started")
    text = shown(await liz.slash(reviewing.general, "review read", book=LANTERN))
    assert text.index("Your review") < text.index(f"<@{jim.id}>") < text.index("A reader")
    sent_ = [r.json for r in reviewing.env.http_requests if isinstance(r.json, dict) and f"<@{jim.id}>" in str(r.json)]
    assert sent_
    assert all((body.get("data") or body)["allowed_mentions"]["parse"] == [] for body in sent_)


async def test_nothing_to_read_looks_the_same_whether_there_is_more_or_not(reviewing: Club) -> None:
    liz, jim = await reviewing.reader("Liz", the_kite="finished"), reviewing.member("Jim")
    nothing = shown(await jim.slash(reviewing.general, "review read", book=KITE))
    await write(reviewing, liz, book=KITE, text="He becomes a clockmaker!", said="finished")
    assert shown(await jim.slash(reviewing.general, "review read", book=KITE)) == nothing


async def test_a_page_is_made_anew_for_whoever_turns_it(reviewing: Club) -> None:
    liz = await reviewing.reader("Liz", the_lantern="finished")
    await write(reviewing, liz, text="The sea is grey. " * 200, said="not started")
    told = await liz.slash(reviewing.general, "review read", book=LANTERN)
    await reviewing.reads(liz, LANTERN, "not started")
    turned = await liz.click(message(told), label="More")
    for _ in range(2):
        assert "drowned" not in shown(turned)
        if "More" in buttons(turned):
            turned = await liz.click(message(turned), label="More")


async def test_another_clubs_reviews_are_never_shown(reviewing: Club) -> None:
    other = reviewing.env.create_guild("The Mainland Club")
    elsewhere = other.create_text_channel("general")
    there = reviewing.member("Ishmael", other)
    form = await there.slash(elsewhere, "review write", book=LANTERN)
    await there.submit_modal(form, {"text": "Call me impressed.", "said": "not started"})
    liz = await reviewing.reader("Liz", the_lantern="finished")
    told = await liz.slash(reviewing.general, "review read", book=LANTERN)
    assert "impressed" not in shown(told)
    jumbled = await there.slash(elsewhere, "review read", book=LANTERN)
    assert "impressed" in shown(jumbled)


async def test_what_is_for_adults_is_read_only_where_nobody_under_age_can_be(reviewing: Club) -> None:
    liz, book = Member(reviewing.guild.id, 20), reviewing.app.books[LANTERN]
    for adults in (False, True):
        place = Place(reviewing.guild.id, reviewing.general.id, adults)
        found = await reviews_for(reviewing.app, liz, place, book)
        assert any("not for the young" in review.text for review in found) is adults
