"""What members do in an evening: each of these is one thing that somebody does, to its last button."""

from simcord import ChannelHandle, InteractionResult, MemberActor

from tests.fakes.club import labels, message
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER

QUESTIONS = (
    "What does Wenna carry across the bridge?",
    "What does Corrin hide behind the stove?",
    "What does nobody in the village speak of?",
    "Who lies to Wenna?",
)


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


def new_thread(evening: Evening, parent: ChannelHandle, name: str) -> ChannelHandle:
    """Open a thread in a channel."""
    backend = evening.club.env.backend
    made = backend.create_thread(parent.id, name, backend.get_guild(evening.club.guild.id).owner_id)
    return next(thread for thread in parent.threads if thread.id == made.id)
