"""`/shelf`, as members use it: show, add, move, remove, and taking it back."""

from simcord import InteractionResult, MemberActor

from bot.features.shelf.rules import MAX_BOOKS, ShelfName
from bot.features.shelf.store import Shelves
from bot.people import Member
from tests.fakes.club import Club, buttons, message, shown


async def on_shelf(club: Club, member: MemberActor) -> dict[str, str]:
    """Return what is on somebody's shelf, by title."""
    shelved = await club.app.get(Shelves).show(Member(member.guild.id, member.id))
    return {book.title: book.shelf.value for book in shelved}


async def add(club: Club, member: MemberActor, book: str, shelf: ShelfName | None = None) -> InteractionResult:
    """Put a book on a shelf, as its owner types it."""
    where = {"shelf": shelf.value} if shelf else {}
    return await member.slash(club.general, "shelf add", book=book, **where)


async def test_a_shelf_is_shown_as_a_picture_and_as_a_list_to_its_owner_alone(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await add(club, liz, "Moby-Dick")
    told = await liz.slash(club.general, "shelf show")
    assert told.ephemeral
    text = shown(told).replace("\\", "")
    assert "**Reading (1)**\n• The Lantern, Anonymous" in text
    assert "**Want to read (1)**\n• Moby-Dick" in text
    (picture,) = message(told).attachments
    assert picture.filename == "shelf.png"
    assert (picture.description or "") == (
        "A bookshelf. Reading (1): The Lantern, Anonymous. Want to read (1): Moby-Dick."
    )
    assert "empty" in shown(await club.member("Alec").slash(club.general, "shelf show"))


async def test_a_book_of_the_library_is_known_by_any_of_its_names_and_other_titles_are_kept_as_typed(
    club: Club,
) -> None:
    liz = club.member("Liz")
    known = await add(club, liz, "LANTERN", ShelfName.FINISHED)
    assert known.ephemeral
    assert "“The Lantern” is on your shelf: finished." in shown(known)
    assert "/progress set" in shown(known)
    own = await add(club, liz, "  Moby-Dick;   or, The Whale ")
    assert "It isn’t in the library" in shown(own)
    assert await on_shelf(club, liz) == {"The Lantern": "finished", "Moby-Dick; or, The Whale": "want to read"}


async def test_every_change_can_be_taken_back_also_after_a_restart(club: Club) -> None:
    liz = club.member("Liz")
    added = await add(club, liz, "the-lantern")
    moved = await liz.slash(club.general, "shelf move", book="the lantern", shelf="set aside")
    assert "from “want to read” to “set aside”" in shown(moved)
    removed = await liz.slash(club.general, "shelf remove", book="The Lantern")
    assert await on_shelf(club, liz) == {}
    await club.restart()
    undone = await liz.click(message(removed), label="Undo")
    assert "Undone. “The Lantern” is on your shelf: set aside." in shown(undone)
    assert buttons(undone) == []
    await liz.click(message(moved), label="Undo")
    assert await on_shelf(club, liz) == {"The Lantern": "want to read"}
    await liz.click(message(added), label="Undo")
    assert await on_shelf(club, liz) == {}


async def test_a_full_shelf_is_shown_in_pages_and_takes_no_more(club: Club) -> None:
    liz = club.member("Liz")
    with club.env.time_context():
        for n in range(MAX_BOOKS):
            await club.app.get(Shelves).put(Member(liz.guild.id, liz.id), f"A Rather Long Title, Volume {n:03}")
    assert "holds 200 books" in shown(await add(club, liz, "Dune"))
    told = await liz.slash(club.general, "shelf show")
    assert "Page 1 of" in shown(told)
    await club.restart()
    second = await liz.click(message(told), label="More")
    assert "Page 2 of" in shown(second)
    assert message(second).attachments == []
    first = await liz.click(message(second), label="Back")
    assert len(message(first).attachments) == 1


async def test_clubs_do_not_see_each_others_shelves(club: Club) -> None:
    other = club.env.create_guild("The Other Club")
    there = other.create_text_channel("general")
    liz = club.member("Liz")
    await add(club, liz, "Dune")
    told = await club.shows_all(other.add_member(liz.user)).slash(there, "shelf show")
    assert "empty" in shown(told)


async def test_who_has_stopped_reading_is_offered_to_set_the_book_aside(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(club.general, "progress set", where="DNF at 40%", book="The Lantern")
    assert "stopped reading" in shown(told)
    aside = await liz.click(message(told), label="Set it aside")
    assert await on_shelf(club, liz) == {"The Lantern": "set aside"}
    await liz.click(message(aside), label="Undo")
    assert await on_shelf(club, liz) == {"The Lantern": "reading"}


LIST = (
    b'Book Id,Title,Author,My Rating,Exclusive Shelf\n1,"The Lantern (Isles, #1)",Anonymous,4,read\n'
    b"2,Dune,Frank Herbert,0,to-read\n3,Emma,Jane Austen,5,currently-reading\n"
)
CLIPPINGS = (
    b"The Lantern (Anonymous)\n- Your Highlight on page 30 | Added on Monday\n\nThe harbour lies dark tonight.\n"
    b"==========\nDune (Herbert)\n- Your Highlight on page 3 | Added on Monday\n\nSand.\n==========\n"
)


async def brought(club: Club, member: MemberActor, name: str, data: bytes) -> InteractionResult:
    form = await member.slash(club.general, "shelf import")
    return await member.submit_modal(form, {"file": (name, data)})


async def test_an_export_comes_to_its_owners_shelf_with_stars(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await club.env.advance_time(60)
    told = await brought(club, liz, "goodreads_library_export.csv", LIST)
    assert told.ephemeral
    assert "2 books of 3 put on your shelf. 1 were there already" in shown(told)
    assert await on_shelf(club, liz) == {"The Lantern": "reading", "Dune": "want to read", "Emma": "reading"}
    text = shown(await liz.slash(club.general, "shelf show"))
    assert "The Lantern, Anonymous ★★★★\n" in text
    assert "Emma ★★★★★" in text
    assert await on_shelf(club, club.member("Alec")) == {}


async def test_clippings_become_notes_that_their_owner_alone_reads(club: Club) -> None:
    liz, alec = await club.reader("Liz", the_lantern="ch 1"), await club.reader("Alec", the_lantern="finished")
    told = await brought(club, liz, "My Clippings.txt", CLIPPINGS)
    assert "1 quote kept in your notes, for you alone" in shown(told)
    mine = shown(await liz.slash(club.general, "note list", book="The Lantern"))
    assert "The harbour lies dark tonight." in mine
    assert "for you alone" in mine
    moderator = club.member("Mo", manage_messages=True)
    await club.reads(moderator, "the-lantern", "finished")
    for other in (alec, moderator):
        assert "harbour lies" not in shown(await other.slash(club.general, "note list", book="The Lantern"))
    assert "0 quotes" in shown(await brought(club, liz, "My Clippings.txt", CLIPPINGS))


async def test_a_file_that_is_no_export_is_refused_with_the_reason(club: Club) -> None:
    liz = club.member("Liz")
    chat = b"".join(b"[01/02/24, 20:0%d] Ann: I have read it\n" % n for n in range(9))
    assert "chat export" in shown(await brought(club, liz, "chat.txt", chat))
    assert "neither a list of your books nor clippings" in shown(await brought(club, liz, "a.txt", b"A story.\n"))
    unknown = b"Title,Primary Author,Rating,Collections\nDune,Herbert,4,All\n"
    assert "names no book with a shelf" in shown(await brought(club, liz, "thing.csv", unknown))
    assert await on_shelf(club, liz) == {}
