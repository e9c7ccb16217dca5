"""What members do in an evening: each of these is one thing that somebody does, to its last button."""

from simcord import ChannelHandle, InteractionResult, MemberActor

from tests.fakes.club import fields, labels, message
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER, MARKS

QUESTIONS = (
    "What does Wenna carry across the bridge?",
    "What does Corrin hide behind the stove?",
    "What does nobody in the village speak of?",
    "Who lies to Wenna?",
)
LEVELS = ("Where it is dealt with", "The answer", "What to think about")


async def reads(evening: Evening, reader: MemberActor, book: str, marks: int) -> None:
    """Have somebody say where they are."""
    where = f"ch {marks}" if marks else "not started"
    evening.is_at(reader, book, marks)
    place = reader.guild.channels["general"]
    step = f"{reader.name}: /progress set {where} of {book}"
    await evening.step(step, reader.slash(place, "progress set", where=where, book=book))


async def place_goes(evening: Evening, keeper: MemberActor, place: ChannelHandle, **books: int) -> None:
    """Have a moderator set how far a place goes; with no books, take that away."""
    for book, marks in books.items() or (("", 0),):
        options = {"where": f"ch {marks}", "book": book.replace("_", "-")} if book else {}
        command = "ceiling set" if book else "ceiling clear"
        preview = await evening.step(f"{keeper.name}: /{command} {options}", keeper.slash(place, command, **options))
        evening.goes_to(place, **({book: marks} if book else {}))
        await evening.step(f"{keeper.name}: Confirm", keeper.click(message(preview), label="Confirm"))
    await evening.step(f"{keeper.name}: /ceiling show", keeper.slash(place, "ceiling show"))


async def asks(evening: Evening, reader: MemberActor, place: ChannelHandle, question: str, **more: object) -> None:
    """Ask, and press every button under the answer."""
    step = f"{reader.name}: /ask {question} {more} in {place.name}"
    told = await evening.step(step, reader.slash(place, "ask", question=question, **more))
    await presses_all(evening, reader, told)


async def presses_all(evening: Evening, reader: MemberActor, told: InteractionResult) -> None:
    """Press every button under an answer that its reader has; a form has none."""
    for label in [] if told.modal else under(told):
        if label in under(told) and label not in ("Delete the post", "Post anyway"):
            await evening.step(f"{reader.name} presses {label}", reader.click(message(told), label=label))


def under(told: InteractionResult) -> list[str]:
    """Return the labels of the buttons under an answer as it is now."""
    return labels(message(told).components)


async def hints(evening: Evening, reader: MemberActor, place: ChannelHandle, question: str, book: str) -> None:
    """Ask for a hint, and look at all of its levels."""
    told = await evening.step(
        f"{reader.name}: /hint {question}", reader.slash(place, "hint", question=question, book=book)
    )
    for label in LEVELS:
        if label in under(told):
            told = await evening.step(f"{reader.name}: {label}", reader.click(message(told), label=label))


async def recaps(evening: Evening, reader: MemberActor, place: ChannelHandle, book: str, section: str = "") -> None:
    """Have the story told, to its last page."""
    options = {"book": book} | ({"section": section} if section else {})
    told = await evening.step(f"{reader.name}: /recap {options}", reader.slash(place, "recap", **options))
    while "More" in under(told):
        told = await evening.step(f"{reader.name}: More", reader.click(message(told), label="More"))


async def looks_people_up(evening: Evening, reader: MemberActor, place: ChannelHandle, book: str) -> None:
    """See who is offered while one types, and look all of them up."""
    offered = await evening.step(f"{reader.name}: /who …", reader.autocomplete(place, "who", "name", "", book=book))
    for choice in [*offered, {"value": "Wenna"}, {"value": "the keeper"}]:
        step = f"{reader.name}: /who {choice['value']}"
        await evening.step(step, reader.slash(place, "who", name=choice["value"], book=book))


async def types(evening: Evening, reader: MemberActor, place: ChannelHandle) -> None:
    """Type into every field that offers something."""
    for command, option, filled in (
        ("ask", "book", {"question": "Who?"}),
        ("recap", "section", {"book": AMBER}),
        ("recap", "book", {}),
        ("order", "series", {}),
        ("shelf remove", "book", {}),
    ):
        for typed in ("", "the", "ch"):
            step = f"{reader.name} types {typed} into {option} of /{command}"
            await evening.step(step, reader.autocomplete(place, command, option, typed, **filled))


async def looks_at_books(evening: Evening, reader: MemberActor, place: ChannelHandle, book: str) -> None:
    """Look at a book's card, its quotes, what is like it, the library, and the order in which to read."""
    for command, options in (
        ("book show", {"book": book}),
        ("book quotes", {"book": book}),
        ("book similar", {"book": book}),
        ("book list", {}),
        ("shelf add", {"book": book}),
        ("shelf show", {}),
        ("order", {"book": book}),
        ("order", {"series": "The Two Doors"}),
    ):
        told = await evening.step(f"{reader.name}: /{command} {options}", reader.slash(place, command, **options))
        await presses_all(evening, reader, told)


async def looks_at_progress(evening: Evening, reader: MemberActor, place: ChannelHandle) -> None:
    """See where one is, go back to nothing, and take that back."""
    await evening.step(f"{reader.name}: /progress show", reader.slash(place, "progress show"))
    preview = await evening.step(f"{reader.name}: /progress share", reader.slash(place, "progress share", book=AMBER))
    await evening.step(f"{reader.name}: Confirm", reader.click(message(preview), label="Confirm"))
    before = dict(evening.positions.get((reader.guild.id, reader.id), {}))
    evening.positions[reader.guild.id, reader.id] = {}
    told = await evening.step(f"{reader.name}: /progress clear", reader.slash(place, "progress clear"))
    if "Confirm" in under(told):
        await evening.step(f"{reader.name}: Confirm", reader.click(message(told), label="Confirm"))
        await asks(evening, reader, place, QUESTIONS[0], book=AMBER)
        evening.positions[reader.guild.id, reader.id] = before
        await evening.step(f"{reader.name}: /progress undo", reader.slash(place, "progress undo"))


async def reviews(evening: Evening, writer: MemberActor, place: ChannelHandle, book: str, text: str, said: str) -> None:
    """Write a review, and look at it."""
    form = await evening.step(f"{writer.name}: /review write", writer.slash(place, "review write", book=book))
    await evening.step(
        f"{writer.name} sends it", writer.submit_modal(form, {"stars": ["4"], "text": text, "said": said})
    )
    for command in ("review edit", "review delete"):
        await evening.step(f"{writer.name}: /{command}", writer.slash(place, command, book=book))


async def reads_reviews(evening: Evening, reader: MemberActor, place: ChannelHandle, *books: str) -> None:
    """Read all reviews of some books, to the last page, and ask what reviewers say."""
    for book in books:
        told = await evening.step(f"{reader.name}: /review read {book}", reader.slash(place, "review read", book=book))
        while "More" in under(told):
            told = await evening.step(f"{reader.name}: More", reader.click(message(told), label="More"))
        await asks(evening, reader, place, "What made readers weep?", book=book)


async def exports(evening: Evening, reader: MemberActor) -> None:
    """Have all that is held about oneself, here and everywhere; then have it deleted here."""
    place = reader.guild.channels["general"]
    await evening.step(f"{reader.name}: /mydata export", reader.slash(place, "mydata export"))
    told = await evening.step(f"{reader.name}: /mydata delete", reader.slash(place, "mydata delete"))
    evening.positions.pop((reader.guild.id, reader.id), None)
    await evening.step(f"{reader.name}: Delete it all", reader.click(message(told), label="Delete it all"))
    await asks(evening, reader, place, QUESTIONS[0], book=AMBER)


async def talks(evening: Evening, reader: MemberActor, place: ChannelHandle, *said: str) -> None:
    """Mention the bot, and go on in reply to what it says."""
    club = evening.club
    await evening.step(f"{reader.name} says {said[0]}", reader.send(place, f"{club.mention} {said[0]}"))
    for text in said[1:]:
        answer = place.last_message
        assert answer is not None
        await evening.step(f"{reader.name} replies {text}", reader.send(place, text, reply_to=answer))


async def writes_directly(evening: Evening, reader: MemberActor, *said: str) -> None:
    """Write to the bot alone, about the one club that its writer is in, or the one that they choose."""
    evening.direct.setdefault(reader.id, reader.guild.id)
    for text in said:
        await evening.step(f"{reader.name} writes {text}", reader.send_dm(text))


async def chooses(evening: Evening, reader: MemberActor, question: str) -> None:
    """Write to the bot, be asked which club that is about, and pick the one that this member is in."""
    await evening.step(f"{reader.name} writes {question}", reader.send_dm(question))
    asked = reader.user.dm_channel.last_message
    assert asked is not None
    evening.direct[reader.id] = reader.guild.id
    await evening.step(f"{reader.name} picks a club", reader.user.select(asked, [str(reader.guild.id)]))


async def presses_under_the_last(evening: Evening, place: ChannelHandle, *readers: MemberActor) -> None:
    """Have others press what stands under the last public answer."""
    answer = place.last_message
    assert answer is not None
    for reader in readers:
        for label in ("Answer me privately", "Why can’t I see more?"):
            await evening.step(f"{reader.name}: {label}", reader.click(answer, label=label))


async def uses_menus(evening: Evening, writer: MemberActor, place: ChannelHandle, *readers: MemberActor) -> None:
    """Have somebody who has read everything give the ending away, and others use the menus of that message."""
    secret = f"Wenna carries the {evening.signs.of(AMBER, MARKS[AMBER])[0]} across the bridge in The Amber Door."
    posted = await evening.step(f"{writer.name} gives it away", writer.send(place, evening.is_told(secret)))
    for reader in readers:
        await evening.step(f"{reader.name}: spoil?", reader.context_menu(place, "Would this spoil?", posted))
        form = await evening.step(f"{reader.name}: ask", reader.context_menu(place, "Ask about this", posted))
        (field,) = fields(form.modal)
        answer = reader.submit_modal(form, {field: "Is that true of Wenna in The Amber Door?"})
        await evening.step(f"{reader.name} asks about it", answer)
    await evening.step("it is suggested", readers[0].context_menu(place, "Suggest as discussion prompt", posted))


def new_thread(evening: Evening, parent: ChannelHandle, name: str) -> ChannelHandle:
    """Open a thread in a channel."""
    backend = evening.club.env.backend
    made = backend.create_thread(parent.id, name, backend.get_guild(evening.club.guild.id).owner_id)
    return next(thread for thread in parent.threads if thread.id == made.id)
