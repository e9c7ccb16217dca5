"""`/book`, as members use it: cards, the library, what else readers liked, and quotes."""

from pathlib import Path

from bot.features.ask.store import AskedQuestions
from bot.features.books.cog import quotes_card
from bot.people import Member, Place
from tests.fakes.bookshelf import opened, write_book
from tests.fakes.club import Club, buttons, message, opened_club, shown, texts
from tests.fakes.tales import EARLY, EXPLICIT, LATE, PILOT


async def test_the_card_of_a_book_says_what_is_known_and_where_its_reader_is(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_pilot="ch 2")
    told = await liz.slash(tales_club.general, "book show")
    assert told.ephemeral
    text = shown(told).replace("\\", "")
    for part in (
        "The Pilot",
        "M. Quay, 1950",
        "Harbour Tales, no. 1",
        "3.90 of 5 stars, 14,248 ratings, 1 review (A Reading Site, 11 February 2019)",
        "212 pages",
        "Hardcover (Quay Press, 1950); Audio CD",
        "A pilot brings ships into a harbour",
        "6 chapters",
        "You have finished chapter 2",
    ):
        assert part in text


async def test_the_library_is_listed_series_by_series_with_where_its_reader_is(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_pilot="ch 2")
    told = await liz.slash(tales_club.general, "book list")
    assert told.ephemeral
    text = shown(told).replace("\\", "")
    assert "**Harbour Tales**\n1. The Pilot (1950) – chapter 2 of 6" in text
    assert "**Other books**\nThe Kite" in text
    assert buttons(told) == []
    assert "chapter 2 of 6" not in shown(await tales_club.member("Alec").slash(tales_club.general, "book list"))


# Quotes


async def test_quotes_go_as_far_as_their_reader_with_whose_words_they_are(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_pilot="ch 2")
    told = await liz.slash(tales_club.general, "book quotes")
    assert told.ephemeral
    text = shown(told)
    assert f"{EARLY}\n— M. Quay, The Pilot, chapter 1 · 12 likes" in text
    assert LATE not in text
    assert "Wave 1" not in text
    assert EXPLICIT not in text
    assert buttons(told) == []


async def test_quotes_have_pages_that_work_after_a_restart_and_only_as_far_as_one_has_read_by_then(
    tales_club: Club,
) -> None:
    liz = await tales_club.reader("Liz", the_pilot="ch 3")
    told = await liz.slash(tales_club.general, "book quotes", book=PILOT)
    assert "Page 1 of 2" in shown(told)
    assert "Wave 12" not in shown(told)
    await tales_club.restart()
    second = await liz.click(message(told), label="More")
    assert "Wave 12" in shown(second)
    assert LATE not in shown(second)
    await tales_club.reads(liz, PILOT, "ch 1")
    less = await liz.click(message(second), label="Back")
    assert "Wave" not in shown(less)
    assert EARLY in shown(less)


async def test_what_is_explicit_is_shown_where_discord_lets_nobody_under_age_in(tales_club: Club) -> None:
    liz = await tales_club.reader("Liz", the_pilot="finished")
    member = Member(liz.guild.id, liz.id)
    app = tales_club.app
    with tales_club.env.time_context():
        for adults in (True, False):
            place = Place(liz.guild.id, tales_club.general.id, adults)
            asked = await app.get(AskedQuestions).keep("quotes", member, place, "", PILOT)
            card = await quotes_card(app, asked, place)
            assert (EXPLICIT in card.body) is adults


async def test_texts_of_a_library_are_shown_as_they_are_written(tmp_path: Path) -> None:
    quotes = "---\nkind: quotes\nreveals: 0\n---\n- “@everyone **read** [this](https://example.org)”\n"
    write_book(tmp_path / "library", "sly", {"quotes.md": quotes}, title="# Sly *Title*", author="_A_")
    with opened(tmp_path / "library", tmp_path / "data") as retriever:
        async with opened_club(retriever, tmp_path) as club:
            liz = club.member("Liz")
            told = [
                await liz.slash(club.general, "book list"),
                *[await liz.slash(club.general, f"book {name}", book="sly") for name in ("show", "similar", "quotes")],
            ]
            for result in told:
                text = "\n".join(texts(message(result).components))
                assert "@everyone" not in text
                assert "https://" not in text
                assert " *Title" not in text
