"""Elimination: whoever asks all evening learns nothing of what is hidden, neither that it is there nor what it is.

The same evening is spent over two libraries that differ in hidden text alone: one has none. Everything that the bot
sends, to the last button, colour and footer, is the same in both of them, but for two things that members ask for
themselves: a hint says where something is dealt with, and *Would this spoil?* whether a text might go further. By the
second one, a question that might go further than its place is not repeated there, and is no context for others.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import discord
import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.answering.reply import NEUTRAL
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import LANTERN, opened, write_book
from tests.fakes.club import Club, message, opened_club, shown, texts
from tests.fakes.discord_reading import rendered
from tests.fakes.evening_acts import under
from tests.measure.adversaries.attempting import UNBOUNDED

SEEN = {
    1: "Dorothea comes to the island on the evening boat. She carries a letter that she has not opened.",
    3: "Dorothea finds a second bed in the tower. Silas says that it belongs to nobody.",
    5: "A storm breaks the harbour wall. Silas rows out alone and saves two fishermen from the rocks.",
}
HIDDEN: dict[str, dict[str, str]] = {
    "the answer comes later": {
        "summary": "Dorothea opens the letter. It says that Silas drowned his brother for the sake of the lamp.",
        "people": "Silas is the murderer of his brother.",
        "stranger": "Gideon is the drowned brother, and he is alive.",
        "quotes": "- “I drowned him for the lamp.” (90 likes)",
        "discussion": "- Did Silas have to drown his brother?",
        "review": "I wept when the letter told of the drowned brother.",
        "background": "The drowning was taken from a trial of 1887.",
        "reason": "It tells who drowned.",
    },
    "it never comes": {},
}

QUESTIONS = (
    "Did Silas drown his brother for the sake of the lamp, yes or no?",
    "Is it Silas or the priest who drowned his brother?",
    "What is in the letter?",
    "Who is Gideon?",
    "Does Dorothea marry the priest?",
    "How does it end?",
    "Whom does Silas save in the storm?",
    "Whose is the second bed?",
    "What made readers weep?",
)
ANSWER_LABELS = ("What to think about", "Where to look", "The answer", "Why can’t I see more?")
UNSURE = "I can’t say for sure where the book deals with this."
HAS_READ = r"You’ve already read about this in chapter [135]\.|This isn’t a spoiler, wherever you are in the book\."
NAMES = ("Silas", "Dorothea", "Gideon", "Marigold", "the priest", "the murderer")


def write(library: Path, hidden: Mapping[str, str]) -> None:
    """Write The Lantern as far as chapter 5, with what is hidden behind that."""

    def more(kind: str, mark: int = 10) -> str:
        return f"\n<!-- reveals: {mark} -->\n{hidden[kind]}\n" if kind in hidden else ""

    told = "".join(f"## Chapter {mark}\n\n{text}\n\n" for mark, text in SEEN.items())
    stranger = f"## {hidden['stranger'].split()[0]}\n{more('stranger', 8)}" if hidden else ""
    write_book(library, LANTERN, {
        "premise.md": "---\nreveals: 0\n---\nA young woman travels to an island with a lighthouse.\n",
        "summary.md": told + (f"## Chapter 10\n\n{hidden['summary']}\n" if hidden else ""),
        "people.md": f"## Silas\n\n<!-- reveals: 3 -->\nSilas keeps the lighthouse.\n{more('people')}\n{stranger}",
        "quotes.md": f"<!-- reveals: 1 -->\n- “The sea keeps no diary.” (12 likes)\n{more('quotes')}",
        "discussion.md": f"<!-- reveals: 3 -->\n- Whose is the second bed?\n{more('discussion')}",
        "reviews.md": "## ★★★★☆ · 2020-01-01\n\n<!-- reveals: 0 -->\n\nA slow book, and a lovely one.\n\n"
        + (f"## ★☆☆☆☆ · 2021-01-01\n{more('review')}" if hidden else ""),
        "background.md": f"<!-- reveals: 1 -->\nThe lighthouse is a real one.\n{more('background')}",
    }, series="The Lamps", series_number=1, year=1900)  # fmt: skip
    folder = write_book(library, "the-second-lamp", {
        "premise.md": "---\nreveals: 0\n---\nThe lamp is lit again.\n",
    }, marks=4, series="The Lamps", series_number=2, year=1902)  # fmt: skip
    reason, needs = (hidden["reason"], 4) if hidden else ("It comes first.", 4)
    with (folder / "book.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[requires]]\nbook = "{LANTERN}"\nneed = "first"\nreason = "{reason}"\nreveals = {needs}\n')


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Retriever]]:
    """Both of them, open side by side."""
    with ExitStack() as open_ones:
        retrievers = {}
        for name, hidden in HIDDEN.items():
            library = tmp_path_factory.mktemp("library")
            write(library, hidden)
            opening = opened(library, tmp_path_factory.mktemp("store"))
            retrievers[name] = open_ones.enter_context(opening)
        yield retrievers


@asynccontextmanager
async def evening(retriever: Retriever, folder: Path) -> AsyncIterator[tuple[Club, MemberActor]]:
    """A club in which Liz has read five chapters, and the place goes as far."""
    async with opened_club(retriever, folder, settings=UNBOUNDED, message_content=True) as club:
        liz = await club.reader("Liz", the_lantern="ch 5")
        await club.ceiling(club.general, the_lantern="ch 5")
        yield club, liz


async def thread(club: Club) -> ChannelHandle:
    """Open a thread that goes to chapter 5, in which nothing was said."""
    backend = club.env.backend
    made = backend.create_thread(club.general.id, "a thread", backend.get_guild(club.guild.id).owner_id)
    found = next(each for each in club.general.threads if each.id == made.id)
    await club.ceiling(found, the_lantern="ch 5")
    return found


async def asks_everything(club: Club, liz: MemberActor) -> None:
    """Ask for everything that can be asked for, over and over, and press what is there to press."""
    place = club.general
    for question in QUESTIONS:
        told = await liz.slash(place, "ask", question=question, book=LANTERN)
        for label in under(told):
            if label not in ("Hint", "Share with the channel"):
                await liz.click(message(told), label=label)
        await liz.send(await thread(club), f"{club.mention} {question}")
        await liz.send_dm(question)
        await liz.send_dm("And why?")
    for name in NAMES:
        await liz.slash(place, "who", name=name, book=LANTERN)
        await liz.autocomplete(place, "who", "name", name[:2], book=LANTERN)
    for section in ("", "chapter 8", "chapters 1-10", "since chapter 5", "chapter 10", "100%"):
        await liz.slash(place, "recap", book=LANTERN, **({"section": section} if section else {}))
        await liz.autocomplete(place, "recap", "section", section, book=LANTERN)
    for command, options in (
        ("book show", {"book": LANTERN}), ("book quotes", {"book": LANTERN}), ("book similar", {"book": LANTERN}),
        ("book list", {}), ("review read", {"book": LANTERN}), ("order", {"series": "The Lamps"}),
        ("order", {"book": "the-second-lamp"}), ("progress show", {}), ("shelf show", {}), ("mydata export", {}),
        ("shelf add", {"book": LANTERN}), ("shelf show", {}), ("club stats", {"book": LANTERN}),
        ("review read", {"book": LANTERN, "stars": 4}), ("review read", {"book": LANTERN, "since": "year"}),
        ("schedule show", {}), ("nominate list", {}), ("hint", {"question": "Who keeps the lighthouse?"}),
        ("ask", {"question": QUESTIONS[0]}), ("ask", {"question": "What happens in The Second Lamp?"}),
    ):  # fmt: skip
        await liz.slash(place, command, **options)


async def drafts_everything(club: Club, _: MemberActor) -> None:
    """Have a moderator draft discussion prompts of all kinds, as far as the place goes."""
    keeper = club.member("Ahab", manage_threads=True, manage_messages=True)
    for kind in ("character", "theme", "craft", "prediction", "quote", "comparison", "personal"):
        await keeper.slash(club.general, "prompt draft", kind=kind, book=LANTERN)
    await keeper.slash(club.general, "prompt library", book=LANTERN)


def transcript(club: Club) -> list[str]:
    """Return everything that the bot has done, with what differs from one day to the next taken out."""
    told: list[str] = []
    names: dict[str, str] = {}

    def alike(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"#{len(names)}")

    for request in club.env.http_requests:
        line = f"{request.method} {request.path} {json.dumps(request.json, ensure_ascii=False, default=str)}"
        line = re.sub(r"(?<=interactions/)[^/]+/[^/]+|(?<=webhooks/)\d+/[^/ ]+", "…", line)
        line = re.sub(r"(?<=:)[A-Za-z0-9_-]{8,16}(?=[:\"])|\d{15,}|(?<=<t:)\d+", alike, line)
        told.append(line)
    for messages in club.env.backend.messages.values():
        for posted in messages.values():
            for file in posted.attachments if posted.author_id == club.env.backend.bot_user.id else ():
                content = club.env.backend.cdn.get(file["url"]) or b""
                told.append(f"{file['filename']} {len(content)} {hashlib.sha256(_undated(content)).hexdigest()}")
    return told


def _undated(content: bytes) -> bytes:
    """Return a file without Discord's numbers and the moments at which something was done; an export line by line.

    Its questions come in the order of their ids, which are drawn by lot.
    """
    if not content.startswith(b"{"):
        return content
    text = re.sub(rb"\d{15,}|(?<=\"id\": \")[^\"]+|\d{4}-\d\d-\d\dT[\d:.]+", b"#", content)
    return b"\n".join(sorted(line.rstrip(b",") for line in text.splitlines()))


Doing = Callable[[Club, MemberActor], Awaitable[None]]


@pytest.mark.parametrize("doing", [asks_everything, drafts_everything])
async def test_what_is_hidden_changes_nothing_that_is_sent(
    libraries: dict[str, Retriever], tmp_path: Path, doing: Doing
) -> None:
    told = {}
    for number, (name, retriever) in enumerate(libraries.items()):
        async with evening(retriever, tmp_path / str(number)) as (club, liz):
            await doing(club, liz)
            told[name] = transcript(club)
    first, *others = told.values()
    assert len(first) > 15
    for other in others:
        assert [pair for pair in zip(first, other, strict=True) if pair[0] != pair[1]] == []


async def test_a_question_is_repeated_in_public_unless_it_might_spoil_and_that_is_all_that_differs(
    libraries: dict[str, Retriever], tmp_path: Path
) -> None:
    told: dict[tuple[str, bool], set[str]] = {}
    for number, retriever in enumerate(libraries.values()):
        async with evening(retriever, tmp_path / str(number)) as (club, liz):
            for question in QUESTIONS:
                might = not retriever.place(question, [LANTERN]).within({LANTERN: 5})
                asked = await liz.slash(club.general, "ask", question=question, book=LANTERN, share=True)
                posted = rendered("\n".join(texts(asked.followups[-1].components))) if asked.followups else "nothing"
                assert (question in posted) == (posted != "nothing" and not might)
                told.setdefault((question, False), set()).add(posted.replace(question, "The Lantern"))
                place = await thread(club)
                await liz.send(place, f"{club.mention} {question}")
                await liz.send(place, "And why?", reply_to=last(place))
                answer = "\n".join(texts([part.to_dict() for part in last(place).components]))
                told.setdefault((f"{question} And why?", might), set()).add(answer)
    assert {asked: said for asked, said in told.items() if len(said) > 1} == {}


async def test_a_hint_says_where_and_would_this_spoil_whether_and_nothing_else_about_it(
    libraries: dict[str, Retriever], tmp_path: Path
) -> None:
    mildest: dict[str, set[str]] = {}
    verdicts: set[str] = set()
    answers: dict[str, set[str]] = {}
    for number, retriever in enumerate(libraries.values()):
        async with evening(retriever, tmp_path / str(number)) as (club, liz):
            for question in QUESTIONS:
                posted = await liz.send(club.general, question)
                verdicts.add(shown(await liz.context_menu(club.general, "Would this spoil?", posted)).strip())
                hint = await liz.slash(club.general, "hint", question=question, book=LANTERN)
                first = hint_text(hint)
                where, answer = [
                    hint_text(await liz.click(message(hint), label=label)) for label in ("Where to look", "The answer")
                ]
                mildest.setdefault(question, set()).add(first)
                later = re.fullmatch(r"You’ll get to this in (chapter (?:8|10))\.", where)
                if later:
                    assert answer == f"That’s a spoiler until you’ve read {later[1]}."
                else:
                    assert where in (NEUTRAL, UNSURE) or re.fullmatch(HAS_READ, where)
                    answers.setdefault(question, set()).add(answer)
    assert {asked: said for asked, said in (mildest | answers).items() if len(said) > 1} == {}
    assert verdicts == {
        f"For you: {verdict}\nFor everybody here: {verdict}"
        for verdict in ("it might be a spoiler.", "no spoilers that I can see.")
    }


def hint_text(hint: InteractionResult) -> str:
    """Return a hint as it is read, without its title and its buttons."""
    top, *small = [text for text in texts(message(hint).components) if text not in ANSWER_LABELS]
    return rendered("\n".join([top.partition("\n")[2], *small])).strip()


def last(place: ChannelHandle) -> discord.Message:
    """Return the last message of a place."""
    assert place.last_message is not None
    return place.last_message
