"""The club of `make try`: each reader sees what they have read, the thread no more than its ceiling."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from simcord import InteractionResult

from bot.demo import club as demo_club
from bot.demo.club import (
    BEGINNER,
    FINISHED,
    MIDDLE,
    MODERATOR,
    NOTES,
    OPENING,
    ORGANISER,
    QUESTION,
    Trial,
    run_trial,
)
from bot.settings import Settings
from corpus.errors import DogearError
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import write_book
from tests.fakes.club import fill, message, posted, shown, texts
from tests.fakes.trial import trial_over

VIEWERS = (BEGINNER, MIDDLE, FINISHED)
END = "Freiburg"  # what only a reader of the last page knows


@pytest.fixture
async def trial(shipped: Retriever, tmp_path: Path) -> AsyncIterator[Trial]:
    async with trial_over(shipped, tmp_path) as opened:
        yield opened


async def asked(trial: Trial, name: str) -> InteractionResult:
    result: InteractionResult = await trial.club.members[name].slash(trial.club.thread, "ask", question=QUESTION)
    return result


async def test_the_same_question_is_answered_as_far_as_each_has_read(trial: Trial) -> None:
    told = {name: shown(await asked(trial, name)) for name in (BEGINNER.name, MIDDLE.name, FINISHED.name)}
    assert len(set(told.values())) == 3
    assert [END in text for text in told.values()] == [False, False, True]
    assert "Stables" in told[MIDDLE.name]
    assert "Stables" not in told[BEGINNER.name]


async def test_the_thread_says_what_to_try_and_a_message_that_begins_with_the_name_is_answered(trial: Trial) -> None:
    thread, members = trial.club.thread, trial.club.members
    beginner = members[BEGINNER.name]
    assert [said.content for said in thread.history(viewer=beginner) if not said.author.bot] == [
        text for _, text in OPENING
    ]
    for named in ("/ask", "/note list", "/help"):
        assert any(named in text for _, text in OPENING)
        assert named[1:] in beginner.available_commands(thread)
    await members[MIDDLE.name].send(thread, "Have you asked @Dogear?")
    assert len(thread.history()) == len(OPENING) + 3, "nobody was answered"
    await members[FINISHED.name].send(thread, "@dogear where is Smiley?")
    answer = thread.history(viewer=beginner)[-1]
    assert answer.author == trial.env.bot.user
    told = "".join(texts([component.to_dict() for component in answer.components]))
    assert "nobody at the Service seems to know" in told
    assert END not in told


async def test_more_notes_open_as_the_viewer_has_read_more(trial: Trial) -> None:
    told = [shown(await trial.club.members[one.name].slash(trial.club.thread, "note list")) for one in VIEWERS]
    assert [[text in seen for _, text in NOTES] for seen in told] == [
        [True, False, False], [True, True, False], [True, True, True]
    ]  # fmt: skip


async def test_the_evening_has_begun_and_everything_under_it_can_be_pressed(trial: Trial) -> None:
    thread, emma, pip = trial.club.thread, trial.club.members[BEGINNER.name], trial.club.members[MIDDLE.name]
    card, section = (post for post in thread.history(viewer=emma) if post.author.bot)
    dates, begun = posted(thread)
    assert "We read A Legacy of Spies" in dates
    assert f"**0–10%** · <t:{int(card.created_at.timestamp()) // 900 * 900}:F>" in dates
    assert f"<#{thread.id}>" in dates
    assert "This thread goes up to 10%, and no further." in begun
    assert "**To begin with**\n1. Can a story be trusted" in begun
    assert "2. Would you rather read an old spy’s memories" in begun

    assert "A letter from London" in shown(await emma.click(section, label="Recap"))
    asked = await fill(emma, await emma.click(section, label="Ask"), question="Who is Peter Guillam?")
    assert "half French" in shown(asked)
    await fill(emma, await emma.click(section, label="Save a note"), text="He makes a good first cup of coffee.")
    assert "good first cup" in shown(await pip.click(section, label="Notes of this section"))
    assert "Noted" not in shown(await emma.click(section, label="I’ve read 0–10%"))
    assert "I’ve changed nothing" in shown(await pip.click(section, label="Not yet"))
    assert "mention you in the thread" in shown(await emma.click(section, label="Remind me"))
    assert "on the list for 10–20%" in shown(await emma.click(card, label="I’m coming"))
    assert "1 coming" in posted(thread)[0]


async def test_the_organiser_moves_the_evenings_and_adds_another_book(trial: Trial) -> None:
    jo, thread = trial.club.members[ORGANISER.name], trial.club.thread
    before = posted(thread)[0].splitlines()
    change = await jo.slash(thread, "schedule shift", days=1)
    assert "The schedule is shifted." in shown(await jo.click(message(change), label="Confirm"))
    after = posted(thread)[0].splitlines()
    assert [old == new for old, new in zip(before[:12], after[:12], strict=True)] == [True, True, *[False] * 9, True]
    assert "Title or ISBN" in str((await jo.slash(thread, "book add")).modal)


async def test_each_has_the_rights_of_their_role_and_only_this_machine_is_served(trial: Trial) -> None:
    guild = trial.env.bot.get_guild(trial.club.guild.id)
    assert guild is not None
    for person, keeps in ((MODERATOR, True), (ORGANISER, True), (BEGINNER, False)):
        roles = [role for role in guild.roles if role.name.startswith(person.name)]
        assert [role.permissions.manage_channels for role in roles] == [keeps]
    address = urlsplit(trial.preview.url)
    assert (address.scheme, address.hostname) == ("http", "127.0.0.1")
    assert address.fragment, "nobody gets in without the word behind the #"


async def test_whoever_shares_shares_no_more_than_the_thread_may_hear(trial: Trial) -> None:
    private = await asked(trial, FINISHED.name)
    await trial.club.members[FINISHED.name].click(message(private), label="Share with the thread")
    page = await trial.preview.snapshot()
    assert page["viewerId"] == str(trial.club.members[BEGINNER.name].id)
    assert "10%" in str(page["messages"])
    assert "nobody at the Service seems to know" in str(page["messages"])
    assert END not in str(page["messages"])


async def test_a_port_that_is_taken_is_named(trial: Trial, shipped: Retriever, tmp_path: Path) -> None:
    taken = urlsplit(trial.preview.url).port
    assert taken

    async def second() -> None:
        with pytest.raises(DogearError, match=f"Port {taken} is in use"):
            async with trial_over(shipped, tmp_path / "second", taken):
                pass

    await asyncio.to_thread(lambda: asyncio.run(second()))


async def test_a_library_without_the_book_is_refused(island: Retriever, tmp_path: Path) -> None:
    with pytest.raises(DogearError, match="leave --library out"):
        async with trial_over(island, tmp_path):
            pass


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    yield None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_only_the_store_is_left(
    library: Path, data: Path, tiny_model: Path, number: signal.Signals
) -> None:
    write_book(library, demo_club.BOOK, {"summary.md": "## 5%\n\nA letter comes."}, marks=100, unit="percent")
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)

    settings = Settings(library=library, data=data, embedding_model=str(tiny_model))
    run_trial(settings, 0, say, unseen)
    assert "http://127.0.0.1:" in said[0]
    left = [path.relative_to(data).as_posix() for path in data.rglob("*")]
    assert "try/chroma" in left
    assert [name for name in left if not name.startswith("try")] == []
    assert [name for name in left if name.endswith(".db")] == [], "the club is forgotten"
