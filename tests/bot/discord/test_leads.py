"""With a chat model: quotes are sent at once, and its lead comes above them later, or never."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from simcord.types import HttpLogEntry

from bot.audit import Audit
from retrieval.retriever import Retriever
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import Club, message, opened_club, shown, texts

STORM = "Whom does Silas save in the storm?"
SAID = "Silas rows out in the storm and saves two fishermen."
QUOTE = "saves two fishermen from the rocks"


@dataclass
class Talking:
    """A club with a chat model that answers only once the quotes have been sent."""

    club: Club
    server: ChatServer
    meanwhile: Callable[[], object] = lambda: None

    def quotes_are_there(self) -> bool:
        """Return whether the quotes have been sent; then something may happen before the lead comes."""
        if not self.sent():
            return False
        self.meanwhile()
        return True

    def sent(self) -> list[str]:
        """Return the texts of all messages and edits that hold the quote, in their order."""
        found = ("\n".join(texts(request.json)) for request in self.club.env.http_requests)
        return [text for text in found if QUOTE in text]

    def requests(self) -> list[HttpLogEntry]:
        return [r for r in self.club.env.http_requests if QUOTE in "\n".join(texts(r.json))]

    def fails(self, path: str, status: int, code: int) -> None:
        """Have the next edit fail."""
        fault = {"method": "PATCH", "path": path, "status": status, "code": code, "message": "gone", "times": 1}
        self.club.env.backend.faults.append(fault)


@pytest.fixture
async def talking(island: Retriever, tmp_path: Path) -> AsyncIterator[Talking]:
    with chat_server() as server, server.writer(island) as writer:
        async with opened_club(island, tmp_path, writer=writer) as club:
            talking = Talking(club, server)
            server.says, server.until = f"LEAD: {SAID}", talking.quotes_are_there
            await club.ceiling(club.general, the_lantern="ch 5")
            yield talking


def lead_above_quotes(talking: Talking) -> None:
    """See that the quotes came first, and then the lead above the same quotes."""
    first, then = talking.sent()
    assert SAID not in first
    assert "by AI" not in first
    assert then.index(SAID) < then.index(QUOTE) < then.index("written by AI")


async def test_quotes_are_sent_at_once_and_the_lead_is_edited_in_above_them(talking: Talking) -> None:
    liz = await talking.club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(talking.club.general, "ask", question=STORM)
    lead_above_quotes(talking)
    assert SAID in shown(told)
    assert message(told).ephemeral


async def test_a_shared_answer_a_mention_and_a_private_copy_get_their_lead_in_the_same_way(talking: Talking) -> None:
    club = talking.club
    liz = await club.reader("Liz", the_lantern="ch 5")
    await liz.slash(club.general, "ask", question=STORM, share=True)
    lead_above_quotes(talking)
    posted = club.general.last_message
    assert posted is not None
    club.env.http_requests.clear()
    await liz.click(posted, label="Answer me privately")
    lead_above_quotes(talking)
    club.env.http_requests.clear()
    await liz.send(club.general, f"{club.mention} {STORM}")
    lead_above_quotes(talking)
    with club.env.time_context():
        assert len(await club.app.get(Audit).since(club.guild.id, 1)) == 2


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (404, 10015), (401, 50027), (403, 50001)])
async def test_a_lead_that_comes_too_late_takes_nothing_away(talking: Talking, status: int, code: int) -> None:
    club = talking.club
    talking.meanwhile = lambda: talking.fails("*/messages/*", status, code)
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(club.general, "ask", question=STORM)
    assert QUOTE in shown(told)
    assert "went wrong" not in shown(told)
    await liz.send(club.general, f"{club.mention} {STORM}")
    answer = club.general.last_message
    assert answer is not None
    assert QUOTE in "\n".join(texts([c.to_dict() for c in answer.components]))
    assert SAID not in "\n".join(talking.sent()[0::2])


@pytest.mark.parametrize("says", ["NOTHING", "PICK: 99", "LEAD: Silas drowned his brother for the sake of the lamp."])
async def test_without_a_lead_the_quotes_are_not_touched_again(talking: Talking, says: str) -> None:
    talking.server.says = says
    liz = await talking.club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(talking.club.general, "ask", question=STORM)
    assert len(talking.sent()) == 1
    assert "by AI" not in shown(told)


async def test_quotes_that_the_model_picked_are_said_to_be(talking: Talking) -> None:
    talking.server.says = "PICK: 1"
    liz = await talking.club.reader("Liz", the_lantern="ch 5")
    assert "Quotes chosen by AI." in shown(await liz.slash(talking.club.general, "ask", question=STORM))


async def test_what_breaks_after_the_quotes_were_sent_leaves_them(
    talking: Talking, caplog: pytest.LogCaptureFixture
) -> None:
    discussion = talking.club.app.discussion

    def broken(*_: object) -> None:
        raise ValueError

    talking.meanwhile = lambda: setattr(discussion.retriever, "verdicts", broken)
    liz = await talking.club.reader("Liz", the_lantern="ch 5")
    try:
        told = await liz.slash(talking.club.general, "ask", question=STORM)
    finally:
        del discussion.retriever.verdicts
    assert QUOTE in shown(told)
    assert "went wrong" not in shown(told)
    assert "unexpected" in caplog.text
