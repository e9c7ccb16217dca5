"""`/book add`, `sources` and `remove`: a club's own book, from the form to an answer, and for no other club."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import GuildHandle, InteractionResult, MemberActor

from bot.discord import context
from bot.features.ask.store import DirectMessages
from bot.features.books.store import ClubBooks
from retrieval.types import Embedder
from tests.corpus.importing.books import epub, prose, xhtml
from tests.fakes.bookshelf import opened, write_lantern
from tests.fakes.club import Club, buttons, fill, labels, message, opened_club, shown, texts
from tests.fakes.club_books import DOCUMENTS, SECRET_WORDS

GUIDE = f"# Vellichor by Ortensia Vale\n\n{DOCUMENTS['summary.md']}".encode()
FORM = {"title": "Vellichor", "author": "Ortensia Vale", "length": "5 chapters"}
QUESTION = "Who calls Quillon by his name?"


@pytest.fixture
async def club(embedder: Embedder, tmp_path: Path) -> AsyncIterator[Club]:
    write_lantern(tmp_path / "library")
    with opened(tmp_path / "library", tmp_path / "data", embedder) as retriever:
        retriever.data = tmp_path / "data"
        async with opened_club(retriever, tmp_path) as found:
            yield found


async def filled(club: Club, jo: MemberActor, **typed: object) -> InteractionResult:
    """Open the form, and send it off."""
    form = await jo.slash(club.general, "book add")
    return await jo.submit_modal(form, FORM | typed)


async def added(club: Club, jo: MemberActor, **typed: object) -> InteractionResult:
    preview = await filled(club, jo, **typed)
    assert "Nothing is changed yet" in shown(preview), shown(preview)
    done = await jo.click(message(preview), label="Add")
    await club.app.get(ClubBooks).indexed()
    return done


def options(result: InteractionResult) -> list[str]:
    """Return what can be picked from the menus of an answer."""
    rows = [row for part in message(result).components for row in part["components"]]
    return [each["value"] for row in rows for item in row.get("components", ()) for each in item.get("options", ())]


async def reader(club: Club, name: str, where: str) -> MemberActor:
    member = club.member(name)
    await club.reads(member, f"vellichor-{club.guild.id}", where)
    return member


async def test_a_title_and_its_chapters_are_enough_for_progress_and_a_schedule(club: Club, jo: MemberActor) -> None:
    preview = await filled(club, jo)
    assert preview.ephemeral
    assert "Add Vellichor?" in shown(preview)
    assert "5 chapters" in shown(preview)
    assert buttons(preview) == ["Add", "Change", "Cancel"]
    assert "Your club has the book now" in shown(await jo.click(message(preview), label="Add"))
    liz = club.member("Liz")
    assert "chapter 3" in shown(await liz.slash(club.general, "progress set", where="ch 3", book="Vellichor"))
    words = "Fridays at 8pm, 2 chapters a week"
    planned = await jo.slash(club.general, "schedule create", book="vellichor", words=words)
    assert "The schedule is created" in shown(await jo.click(message(planned), label="Confirm"))
    assert "Vellichor" in shown(await liz.slash(club.general, "book list"))
    assert "Vellichor" in shown(await liz.slash(club.general, "order"))
    assert "Vellichor" in shown(await liz.slash(club.general, "shelf show"))


async def test_a_file_is_previewed_and_then_answers_after_a_restart_too(club: Club, jo: MemberActor) -> None:
    preview = await filled(club, jo, files=("guide.md", GUIDE))
    text = shown(preview)
    assert "Not started: 0 passages" in text
    assert "At 25%: 1 passage" in text
    assert "candles" not in text, "its organiser has not begun it"
    await club.restart()
    await jo.click(message(preview), label="Add")
    await club.app.get(ClubBooks).indexed()
    liz = await reader(club, "Liz", "ch 3")
    assert "Zephyrine" in shown(await liz.slash(club.general, "ask", question=QUESTION, book="Vellichor"))
    tom = await reader(club, "Tom", "ch 1")
    assert "Zephyrine" not in shown(await tom.slash(club.general, "ask", question=QUESTION, book="Vellichor"))


async def test_what_cannot_be_read_is_said_and_what_was_typed_is_not_lost(club: Club, jo: MemberActor) -> None:
    told = await filled(club, jo, length="quite long")
    assert "I don’t understand “quite long”" in shown(told)
    again = await jo.click(message(told), label="Keep writing")
    assert "Ortensia Vale" in str(again.modal)
    assert "in the library already" in shown(await filled(club, jo, title="The Lantern"))
    assert "ISBN" in shown(await filled(club, jo, title="978-0-306-40615-7"))


async def test_a_book_that_is_not_known_is_offered_to_be_added(club: Club, jo: MemberActor) -> None:
    liz = club.member("Liz")
    told = await liz.slash(club.general, "progress set", where="ch 3", book="Vellichor: or, the tide")
    assert "I don’t know “Vellichor: or, the tide”" in shown(told)
    assert buttons(told) == []
    told = await jo.slash(club.general, "progress set", where="ch 3", book="Vellichor: or, the tide")
    form = await jo.click(message(told), label="Add this book")
    assert "Vellichor: or, the tide" in str(form.modal)
    preview = await jo.submit_modal(form, FORM | {"title": "Vellichor: or, the tide"})
    assert "Add Vellichor: or, the tide?" in shown(preview)


async def test_only_organisers_add_books(club: Club) -> None:
    liz = club.member("Liz")
    for command in ("book add", "book sources", "book remove"):
        typed = {} if command == "book add" else {"book": "Vellichor"}
        assert "Only organisers" in shown(await liz.slash(club.general, command, **typed))


async def test_sources_are_listed_exported_and_removed_and_it_can_be_undone(club: Club, jo: MemberActor) -> None:
    await added(club, jo, files=("guide.md", GUIDE))
    sources = await jo.slash(club.general, "book sources", book="Vellichor")
    assert "summary, The story" in shown(sources)
    exported = await jo.click(message(sources), label="Export")
    (file,) = message(exported).attachments
    names = zipfile.ZipFile(io.BytesIO(await file.read())).namelist()
    assert "vellichor/book.toml" in names
    assert len(names) > 1
    assert str(club.guild.id) not in "".join(names)
    (document,) = (name.partition("/")[2] for name in names if not name.endswith("book.toml"))
    chosen = await jo.select(message(sources), values=[document])
    assert "summary, The story" in shown(chosen)
    assert "Zephyrine" not in shown(chosen), "its organiser has not begun it"
    preview = await jo.click(message(chosen), label="Remove")
    assert "I know nothing about its story yet" in shown(preview)
    changed = await jo.click(message(preview), label="Remove")
    await club.app.get(ClubBooks).indexed()
    slug = f"vellichor-{club.guild.id}"
    assert club.app.discussion.retriever.placed_for_the_owner(slug) == []
    assert "Undone" in shown(await jo.click(message(changed), label="Undo"))
    await club.app.get(ClubBooks).indexed()
    assert club.app.discussion.retriever.placed_for_the_owner(slug) != []


async def test_how_far_a_book_is_read_is_told_while_it_is_read(
    club: Club, jo: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "BETWEEN", 0.0)  # the clock of the tests stands still
    told: list[str] = []
    edit = discord.Interaction.edit_original_response

    async def noted(self: discord.Interaction, **sent: Any) -> object:  # noqa: ANN401
        told.append(str(sent["view"].to_components()))
        return await edit(self, **sent)

    monkeypatch.setattr(discord.Interaction, "edit_original_response", noted)
    done = await added(club, jo, files=("guide.md", GUIDE))
    assert any("Reading guide.md …" in each for each in told)
    assert "I’ve read all of it." in shown(done)


def places(club: Club) -> dict[str, int]:
    """Return what each passage of the book needs, by how it begins."""
    slug = f"vellichor-{club.guild.id}"
    return {p.text[:9]: p.mark for p in club.app.discussion.retriever.placed_for_the_owner(slug)}


REVIEW = b"# Vellichor\n\nI liked how Zephyrine and the tide belong together.\n"


async def test_a_doubtful_text_is_moved_before_the_book_is_added(club: Club, jo: MemberActor) -> None:
    preview = await filled(club, jo, files=[("guide.md", GUIDE), ("review.md", REVIEW)])
    assert "Doubtful: 1 text with nothing to say how far it goes" in shown(preview)
    assert "Zephyrine" not in shown(preview), "its organiser has not begun it"
    (option,) = options(preview)
    form = await jo.select(message(preview), values=[option])
    assert "I don’t understand" in shown(await jo.submit_modal(form, {"where": "nowhere"}))
    moved = await jo.submit_modal(await jo.select(message(preview), values=[option]), {"where": "in chapter 3"})
    assert "Doubtful" not in shown(moved)
    await jo.click(message(moved), label="Add")
    await club.app.get(ClubBooks).indexed()
    assert places(club)["I liked h"] == 3


async def test_a_document_is_moved_and_replaced_and_both_are_undone(club: Club, jo: MemberActor) -> None:
    await added(club, jo, files=("guide.md", GUIDE))
    before, books = places(club), club.app.get(ClubBooks)
    (name,) = (await books.read(f"vellichor-{club.guild.id}")).documents

    async def chosen() -> InteractionResult:
        sources = await jo.slash(club.general, "book sources", book="Vellichor")
        return await jo.select(message(sources), values=[name])

    form = await jo.select(message(await chosen()), values=[f"0:{name}"])
    changed = await jo.click(message(await jo.submit_modal(form, {"where": "the end"})), label="Change it")
    await books.indexed()
    assert set(places(club).values()) == {5}
    await jo.click(message(changed), label="Undo")
    await books.indexed()
    assert places(club) == before
    new = b"# Vellichor\n\n## Chapter 2\n\nQuillon finds a marble albatross in the first hall of the palace.\n"
    form = await jo.click(message(await chosen()), label="Replace")
    preview = await jo.submit_modal(form, FORM | {"files": ("new.md", new)})
    changed = await jo.click(message(preview), label="Change it")
    await books.indexed()
    assert places(club) == {"Quillon f": 2}
    await jo.click(message(changed), label="Undo")
    await books.indexed()
    assert places(club) == before


async def test_a_novel_s_own_words_are_left_out_and_its_titles_stay(club: Club, jo: MemberActor) -> None:
    pages = {f"c{n}.xhtml": xhtml(f"<h1>Chapter {n}: Hall {n}</h1>{prose(f'tide {n}')}") for n in (1, 2, 3)}
    table = [(f"Chapter {n}: Hall {n}", f"c{n}.xhtml") for n in (1, 2, 3)]
    novel = epub(pages, nav=table, title="Vellichor", author="Ortensia Vale")
    preview = await filled(club, jo, length="", files=("v.epub", novel))
    assert "3 chapters" in shown(preview)
    without = await jo.click(message(preview), label="Leave the novel’s words out")
    await jo.click(message(without), label="Add")
    books, slug = club.app.get(ClubBooks), f"vellichor-{club.guild.id}"
    await books.indexed()
    assert list((await books.read(slug)).documents) == ["contents.md"]
    passages = club.app.discussion.retriever.placed_for_the_owner(slug)
    assert [(p.text, p.mark) for p in passages] == [(f"“Hall {n}” is the title of chapter {n}.", n) for n in (1, 2, 3)]
    assert len(club.app.books[slug].lengths) == 3


async def test_a_book_is_removed_once_that_is_confirmed_and_comes_back(club: Club, jo: MemberActor) -> None:
    await added(club, jo)
    liz = club.member("Liz")
    await liz.slash(club.general, "progress set", where="ch 3", book="Vellichor")
    asking = await jo.slash(club.general, "book remove", book="Vellichor")
    gone = await jo.click(message(asking), label="Remove")
    assert "Removed: Vellichor" in shown(gone)
    assert "I don’t know" in shown(await liz.slash(club.general, "book show", book="Vellichor"))
    assert "Vellichor" not in shown(await liz.slash(club.general, "progress show"))
    assert "is back" in shown(await jo.click(message(gone), label="Undo"))
    assert "chapter 3" in shown(await liz.slash(club.general, "progress show"))
    assert "is in the library that came with me" in shown(
        await jo.slash(club.general, "book remove", book="The Lantern")
    )


async def test_what_was_added_by_mistake_is_undone(club: Club, jo: MemberActor) -> None:
    done = await added(club, jo)
    assert "Undone" in shown(await jo.click(message(done), label="Undo"))
    assert "I don’t know" in shown(await jo.slash(club.general, "book show", book="Vellichor"))


OTHERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("book list", {}), ("book show", {"book": "Lantern"}), ("book similar", {"book": "Lantern"}),
    ("ask", {"question": "Which books are there?"}), ("ask", {"question": "Who counts the candles of a palace?"}),
    ("ask", {"question": "In which order should we read them?"}), ("ask", {"question": "What should we read next?"}),
    ("hint", {"question": "Who counts the candles of a drowned palace?"}), ("order", {}), ("shelf show", {}),
    ("who", {"name": "the counter of candles"}), ("recap", {"book": "Lantern"}), ("progress show", {}),
    ("shelf add", {"book": "candles"}), ("nominate add", {"book": "candles"}), ("nominate list", {}),
    ("ceiling show", {}), ("review read", {"book": "Lantern"}), ("book sources", {"book": "candles"}),
    ("schedule create", {"book": "candles", "words": "Fridays at 8pm"}), ("club stats", {"book": "Lantern"}),
    ("setup view", {}), ("vote start", {"books": "candles; palace"}), ("mydata export", {}),
    ("prompt library", {"book": "Lantern"}), ("quotes", {}),
)  # fmt: skip


async def test_no_command_tells_another_club_of_a_book(club: Club, jo: MemberActor) -> None:
    await added(club, jo, files=("guide.md", GUIDE))
    there: GuildHandle = club.env.create_guild("Another club")
    room = there.create_text_channel("general")
    max_ = club.member("Max", there, administrator=True)
    seen = []
    for command, options in OTHERS:
        if command == "quotes":
            command, options = "book quotes", {"book": "Lantern"}
        told = await max_.slash(room, command, **options)
        seen += [shown(told), *buttons(told), *(str(m.components) for m in (told.response, *told.followups) if m)]
        seen += list(labels(told.modal or {}))
    for command, option in (("book show", "book"), ("order", "series"), ("shelf add", "book"), ("ask", "book")):
        for typed in ("", "v", "vell", "tid"):
            found = await max_.autocomplete(room, command, option, typed)
            seen.append(str(found))
    everything = "\n".join(seen)
    assert [word for word in (*SECRET_WORDS, f"vellichor-{club.guild.id}") if word in everything] == []
    assert "Lantern" in everything


SPOKEN = "Zephyrine leads Quillon out of the drowned palace of Vellichor."


async def test_what_members_say_is_placed_in_the_books_of_their_own_club_alone(club: Club, jo: MemberActor) -> None:
    await added(club, jo, files=("guide.md", GUIDE))
    there = club.env.create_guild("Another club")
    room, other = there.create_text_channel("general"), club.member("Max", there)
    liz = await reader(club, "Liz", "ch 1")
    here = await liz.context_menu(club.general, "Would this spoil?", await jo.send(club.general, SPOKEN))
    assert "For you: it might be a spoiler." in shown(here)
    told = await other.context_menu(room, "Would this spoil?", await other.send(room, SPOKEN))
    assert "For you: no spoilers that I can see." in shown(told)
    await other.send(room, f"{club.mention} Who leads Quillon out of the palace?")
    said = "\n".join(text for each in room.history() for part in each.components for text in texts([part.to_dict()]))
    assert "Zephyrine" not in said


async def test_a_direct_message_knows_the_books_of_the_chosen_club(club: Club, jo: MemberActor) -> None:
    await added(club, jo, files=("guide.md", GUIDE))
    there = club.env.create_guild("Another club")
    liz = await reader(club, "Liz", "finished")
    also = there.add_member(liz.user)
    await club.reads(also, "the-lantern", "ch 1")

    async def asked() -> str:
        await liz.send_dm(f"In Vellichor: {QUESTION}")
        (*_, last) = liz.user.dm_channel.history()
        return "\n".join(texts([part.to_dict() for part in last.components]))

    assert "Which one is this about?" in await asked()
    menu = liz.user.dm_channel.last_message
    assert menu is not None
    await liz.user.select(menu, [str(there.id)])
    assert "Zephyrine" not in await asked()
    with club.env.time_context():
        await club.app.get(DirectMessages).choose(liz.id, club.guild.id)
    assert "Zephyrine" in await asked()


async def test_a_book_is_added_and_planned_from_the_set_up(club: Club) -> None:
    jo = club.member("Jo", manage_guild=True)
    form = await jo.slash(club.general, "setup start")
    told = await fill(jo, form, title="Middlemarch", zone=["Europe/London"])
    form = await jo.click(message(told), label="Add this book")
    preview = await fill(jo, form, author="George Eliot", length="86 chapters")
    done = await jo.click(message(preview), label="Add")
    assert buttons(done) == ["Plan the schedule", "Undo"]
    preview = await fill(jo, await jo.click(message(done), label="Plan the schedule"), words="Fridays at 8pm")
    assert "Middlemarch is the club’s book now" in shown(await jo.click(message(preview), label="Confirm"))


async def test_the_winner_of_a_vote_is_added_and_planned_in_one_line_of_buttons(club: Club, jo: MemberActor) -> None:
    form = await jo.slash(club.general, "vote start")
    titles = "The Lantern, Vile Bodies by Evelyn Waugh"
    preview = await fill(jo, form, kind="ranked", others=titles, closes="in 10 minutes")
    await jo.click(message(preview), label="Confirm")
    ballot = await jo.click(club.general.history()[-1], label="Vote")
    await jo.select(message(ballot), ["vile-bodies-by-evelyn-waugh"], custom_id="rank:1:1")
    await club.env.advance_time(11 * 60)
    result = club.general.history()[-1]
    preview = await fill(jo, await jo.click(result, label="Plan the schedule"), length="14 chapters")
    assert "Evelyn Waugh" in shown(preview)
    done = await jo.click(message(preview), label="Add")
    assert buttons(done)[0] == "Plan the schedule"
    preview = await fill(jo, await jo.click(result, label="Plan the schedule"), words="Fridays at 8pm")
    assert "Vile Bodies is the club’s book now" in shown(await jo.click(message(preview), label="Confirm"))
