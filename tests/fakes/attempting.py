"""Making attempts in a simulated Discord, and looking over all that the bot has done in answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from simcord import ChannelHandle, MemberActor
from simcord.types import HttpLogEntry

from bot.club.allowance import Rates
from corpus.books import Unit
from corpus.reveals import Slug
from tests.fakes.attempts import Attempt, readings
from tests.fakes.club import fields, message
from tests.fakes.discord_reading import live
from tests.fakes.evening import CHOICES, FORM, Evening, Sent, every_text
from tests.fakes.evening_acts import new_thread, presses_all, talks, under, writes_directly
from tests.fakes.forging import forge, remembered
from tests.fakes.marked import AMBER, MARKS, ORCHARD, Sign

MAIN = {
    "ask": "question", "hint": "question", "who": "name", "recap": "section", "progress set": "where",
    "prompt suggest": "text", "prompt draft": "kind", "order": "series", "ceiling set": "where", "vote start": "books",
}  # fmt: skip
"""The option that takes an attempt's words; of every other command it is the book."""

OURS = re.compile(
    r"(?m)^(?:### |-# |\*\*(?:A reader|Your review|\d{1,2})\*\*(?= · |  ))|^\*\*(?=\d{1,2}\\\.)|(?<=[^*])\*\*$"
    r"|<t:\d{1,12}:[tTdDfFR]>|^<@\d{15,20}>(?= · ★)|(?<=, by )<@\d{15,20}>$"
)
"""What the bot itself writes around the words of others: titles, small print, numbers, moments, who wrote a review."""

UNBOUNDED = Rates(member=10_000, club=10_000)
"""So many attempts are made in a minute as nobody may make."""

FAULT = "Something went wrong on my side"


@dataclass
class Attempting:
    """One club in which attempts are made, each in a place of its own."""

    evening: Evening
    people: Mapping[str, MemberActor]
    faults: list[str] = field(default_factory=list)
    made: int = 0
    _seen: int = 0
    _looked_at: dict[str, set[Sign]] = field(default_factory=dict)

    async def make(self, attempt: Attempt, ceiling: Mapping[Slug, int]) -> list[Sent]:
        """Make an attempt, note everything that should not have been done in answer, and return what was sent."""
        evening = self.evening
        place = new_thread(evening, evening.club.general, attempt.more.get("place", f"attempt {self.made}"))
        for book, marks in ceiling.items():
            unit = evening.club.services.books[book].unit
            await evening.club.ceiling(place, **{book: f"{marks}%" if unit is Unit.PERCENT else f"ch {marks}"})
        evening.goes_to(place, **ceiling)
        sent, self._seen = len(evening.sent), len(evening.club.env.http_requests)
        way = WAYS.get(attempt.do, command)
        self.made += 1
        await way(self, self.people[attempt.who], place, attempt)
        evening.listen()
        new = evening.sent[sent:]
        requests = evening.club.env.http_requests[self._seen :]
        found = [*self._foreign(requests, place, attempt), *outside(requests), *self._leaks(new, attempt)]
        found += [f"a fault: {each.text[:200]}" for each in new if FAULT in each.text]
        self.faults += [f"{attempt.id} ({attempt.do}: {attempt.text[:80]}): {fault}" for fault in found]
        return new

    def _leaks(self, sent: list[Sent], attempt: Attempt) -> list[str]:
        """Return what went to somebody who has not read so far: but for their own words, told to them alone."""
        signs = self.evening.signs
        known = {sign.word for sign in signs.found(f"{attempt.text} {' '.join(attempt.then)}")}
        asker = self.people[attempt.who].id
        return [
            f"“{sign.word}” ({dict(sign.needs.marks)}) sent to {each.readers}: {each.where}: {each.text[:200]}"
            for each in sent
            for sign in self._disguised(each.text)
            if not each.readers.may_read(sign) and not (each.readers.person == asker and sign.word in known)
            and not (each.readers.person in self.evening.keepers and sign.word in self.evening.heard)
        ]  # fmt: skip

    def _disguised(self, text: str) -> set[Sign]:
        """Return the signs in a text, however disguised."""
        if text not in self._looked_at:
            found = {sign for reading in readings(text) for sign in self.evening.signs.found(reading)}
            self._looked_at[text] = found
        return self._looked_at[text]

    def _foreign(self, requests: list[HttpLogEntry], place: ChannelHandle, attempt: Attempt) -> list[str]:
        """Return the calls that do not belong to what was done: answers to interactions, and one reply to a message."""
        tokens = self.evening.club.env.backend.interaction_tokens
        answers, found = [], []
        for request in requests:
            match request.method, *request.path.strip("/").split("/"):
                case "POST", "interactions", _, _, "callback":
                    continue
                case "POST" | "PATCH", "webhooks", _, token, *_ if token in tokens:
                    continue
                case "GET", "guilds", _, "members", _:
                    continue
                case "POST", "channels", channel, "messages" if attempt.do in SPOKEN:
                    answers.append(channel)
                    continue
            found.append(f"called {request.method} {request.path}")
        said = SPOKEN[attempt.do](attempt) if attempt.do in SPOKEN else 0
        if len(answers) != said:
            found.append(f"replied {len(answers)} times to {said} messages")
        if attempt.do == "mention" and set(answers) - {str(place.id)}:
            found.append("replied in another channel")
        return found


async def attempting(evening: Evening) -> Attempting:
    """Have everybody come to a club that reads the marked library, and say where they are."""
    club = evening.club
    people = {name: club.member(name) for name in ("Liz", "Alec", "Ishmael", "Jim")}
    people["Ahab"] = club.member("Ahab", manage_threads=True, manage_messages=True)
    evening.keeps_places(people["Ahab"])
    for name, at in {"Liz": {AMBER: 1}, "Alec": {AMBER: 4, ORCHARD: 1}, "Ishmael": MARKS}.items():
        for book, marks in at.items():
            await club.reads(people[name], book, f"ch {marks}")
            evening.is_at(people[name], book, marks)
    return Attempting(evening, people)


def outside(requests: list[HttpLogEntry]) -> list[str]:
    """Return what in some requests would ping, link, format or hide, and messages that do not forbid mentions."""
    found = []
    for request in requests:
        body = request.json
        if not isinstance(body, Mapping) or body.get("type") in (CHOICES, FORM):
            continue
        told = body.get("data") if "callback" in request.path else body
        if not isinstance(told, Mapping) or not (told.get("components") or told.get("content")):
            continue
        allowed = told.get("allowed_mentions") or {"parse": ["everything"]}
        if allowed.get("parse") != [] or any(allowed.get(name) for name in ("users", "roles", "replied_user")):
            found.append(f"mentions are allowed: {allowed}")
        for where, text in every_text(told):
            if where.endswith("content"):
                found += [f"{sign} in {where}: {text[:200]!r}" for sign in live(OURS.sub("", text))]
    return found


# The ways of an attempt


async def command(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Use a command, and press every button under its answer."""
    options = {MAIN.get(attempt.do, "book"): attempt.text} if attempt.text else {}
    options |= {"book": attempt.book} if attempt.book else {}
    options |= {name: value for name, value in attempt.more.items() if name != "place"}
    told = await attempting.evening.step(attempt.id, reader.slash(place, attempt.do, **options))
    await presses_all(attempting.evening, reader, told)
    for again in attempt.then:
        options[MAIN.get(attempt.do, "book")] = again
        told = await attempting.evening.step(attempt.id, reader.slash(place, attempt.do, **options))
        await presses_all(attempting.evening, reader, told)


async def share(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Ask for everybody."""
    book = {"book": attempt.book} if attempt.book else {}
    for text in (attempt.text, *attempt.then):
        await attempting.evening.step(attempt.id, reader.slash(place, "ask", question=text, share=True, **book))


async def mention(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Mention the bot, and go on in reply."""
    await talks(attempting.evening, reader, place, attempt.text, *attempt.then)


async def direct(attempting: Attempting, reader: MemberActor, _: ChannelHandle, attempt: Attempt) -> None:
    """Write to the bot alone."""
    await writes_directly(attempting.evening, reader, attempt.text, *attempt.then)


async def types(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Type into fields that offer something."""
    book = {"book": attempt.book} if attempt.book else {}
    name, _, option = attempt.more["into"].rpartition(" ")
    for typed in (attempt.text, *attempt.then):
        await attempting.evening.step(attempt.id, reader.autocomplete(place, name, option, typed, **book))


async def about(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write a message, and ask about it."""
    posted = await reader.send(place, attempt.text)
    for question in attempt.then:
        form = await attempting.evening.step(attempt.id, reader.context_menu(place, "Ask about this", posted))
        (name,) = fields(form.modal)
        told = await attempting.evening.step(attempt.id, reader.submit_modal(form, {name: question}))
        await presses_all(attempting.evening, reader, told)


async def spoils(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write messages, and see of each whether it would spoil."""
    for text in (attempt.text, *attempt.then):
        posted = await reader.send(place, text)
        await attempting.evening.step(attempt.id, reader.context_menu(place, "Would this spoil?", posted))


async def suggests(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Suggest a discussion prompt, and look at the moderators' queue with and without the right to."""
    evening = attempting.evening
    evening.is_told(attempt.text)
    await evening.step(attempt.id, reader.slash(place, "prompt suggest", text=attempt.text))
    for looking in (attempting.people["Ahab"], reader):
        await evening.step(attempt.id, looking.slash(place, "prompt queue"))


async def review(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Write a review; have the others read it, and ask what reviewers say."""
    evening = attempting.evening
    form = await evening.step(attempt.id, reader.slash(place, "review write", book=attempt.book))
    filled = {"stars": ["5"], "text": attempt.text, "said": attempt.more.get("said", "not started")}
    await evening.step(attempt.id, reader.submit_modal(form, filled))
    for other in (reader, attempting.people["Jim"], attempting.people["Liz"]):
        told = await evening.step(attempt.id, other.slash(place, "review read", book=attempt.book))
        while "More" in under(told):
            told = await evening.step(attempt.id, other.click(message(told), label="More"))
        for question in ("What do the reviewers say?", *attempt.then):
            asked = other.slash(place, "ask", question=question, book=attempt.book)
            await evening.step(attempt.id, asked)


async def forged(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Press the buttons under the private answer of one who has read everything."""
    evening, ishmael = attempting.evening, attempting.people["Ishmael"]
    options = {MAIN[attempt.more["of"]]: attempt.text} if attempt.text else {}
    told = await evening.step(attempt.id, ishmael.slash(place, attempt.more["of"], book=attempt.book, **options))
    for label in under(told):
        if label != "Share with the thread":
            await evening.step(attempt.id, forge(reader, remembered(message(told), label)))


async def named(attempting: Attempting, _: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Come under a name, ask for everybody, tell everybody where one is, and nominate a book."""
    evening = attempting.evening
    stranger = evening.club.member(attempt.text)
    await evening.club.reads(stranger, "the-amber-door", "ch 4")
    evening.is_at(stranger, "the-amber-door", 4)
    asked = stranger.slash(place, "ask", question="What does Corrin hide behind the stove?", share=True)
    await evening.step(attempt.id, asked)
    preview = await evening.step(attempt.id, stranger.slash(place, "progress share", book="the-amber-door"))
    await evening.step(attempt.id, stranger.click(message(preview), label="Confirm"))
    listed = await evening.step(attempt.id, stranger.slash(place, "nominate add", book=attempt.text))
    await presses_all(evening, stranger, listed)


async def titled(attempting: Attempting, reader: MemberActor, place: ChannelHandle, attempt: Attempt) -> None:
    """Have a moderator set how far a place with such a name goes, and ask there."""
    evening, keeper = attempting.evening, attempting.people["Ahab"]
    preview = await evening.step(attempt.id, keeper.slash(place, "ceiling set", where="ch 3", book="the-amber-door"))
    evening.goes_to(place, the_amber_door=3)
    await evening.step(attempt.id, keeper.click(message(preview), label="Confirm"))
    await evening.step(attempt.id, keeper.slash(place, "ceiling show"))
    told = await evening.step(attempt.id, reader.slash(place, "ask", question="What does Corrin hide?", share=True))
    assert told.acknowledged
    await evening.step(attempt.id, reader.slash(place, "progress show"))
    await evening.step(attempt.id, keeper.slash(place, "audit"))


Way = Callable[[Attempting, MemberActor, ChannelHandle, Attempt], Awaitable[None]]
WAYS: dict[str, Way] = {
    "share": share, "mention": mention, "direct": direct, "types": types, "about": about, "spoils": spoils,
    "suggests": suggests, "review": review, "forged": forged, "named": named, "titled": titled,
}  # fmt: skip
SPOKEN: dict[str, Callable[[Attempt], int]] = {
    way: (lambda attempt: 1 + len(attempt.then)) for way in ("mention", "direct")
}
"""The ways that the bot answers with a message, and how many."""


def everything_sent(sent: list[Sent]) -> str:
    """Return all that was sent, as people read it."""
    return "\n".join(each.text for each in sent)
