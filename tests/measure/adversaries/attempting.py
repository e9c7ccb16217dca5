"""Making attempts in a simulated Discord, and looking over all that the bot has done in answer."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from simcord import ChannelHandle, MemberActor
from simcord.types import HttpLogEntry

from bot.settings import Settings
from corpus.books import Slug, Unit
from tests.fakes.club import Club
from tests.fakes.discord_reading import live
from tests.fakes.evening import CHOICES, FORM, Evening, Sent, every_text
from tests.fakes.evening_acts import new_thread
from tests.fakes.marked import AMBER, MARKS, ORCHARD, Sign
from tests.measure.adversaries.attempts import Attempt, readings
from tests.measure.adversaries.ways import SPOKEN, WAYS, command, prepare

OURS = re.compile(
    r"(?m)^(?:### |-# |\*\*(?:A reader|Your review|\d{1,2})\*\*(?= · |  ))|^\*\*(?=\d{1,2}\\\.)|(?<=[^*])\*\*$"
    r"|^\*\*(?:Count|Closes)\*\*(?=: )|^\*\*(?:Want to read|Reading|Finished|Set aside) \(\d+\)\*\*$"
    r"|^\*\*The Two Doors\*\*$|^\*\*(?=.*[^*\\]\*\* · \d+ member)|(?<=[^*\\])\*\*(?= · \d+ member)"
    r"|\*\*(?:chapters? [\d–]+|Paused\.|Cancelled\.)\*\*|\*\*(?=To begin with\*\*)|(?<=To begin with)\*\*"
    r"|<t:\d{1,12}:[tTdDfFR]>|^<@\d{15,20}>(?= · ★)|(?<=^-# By )<@\d{15,20}>|(?<=, by )<@\d{15,20}>$"
)
"""What the bot itself writes around the words of others: titles, small print, numbers, moments, who wrote a review."""

UNBOUNDED = Settings(member_questions=10_000, club_questions=10_000)
"""So many attempts are made in a minute as nobody may make."""

FAULT = "Sorry, something went wrong"


@dataclass
class Attempting:
    """One club in which attempts are made, each in a place of its own."""

    evening: Evening
    people: Mapping[str, MemberActor]
    faults: list[str] = field(default_factory=list)
    made: int = 0
    reminded: set[int] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)
    elsewhere: ChannelHandle = field(init=False)
    _seen: int = 0
    _looked_at: dict[str, set[Sign]] = field(default_factory=dict)

    async def make(self, attempt: Attempt, ceiling: Mapping[Slug, int]) -> list[Sent]:
        """Make an attempt, note everything that should not have been done in answer, and return what was sent."""
        evening = self.evening
        place = new_thread(evening, evening.club.general, attempt.more.get("place", f"attempt {self.made}"))
        for book, marks in ceiling.items():
            unit = evening.club.app.books[book].unit
            await evening.club.ceiling(place, **{book: f"{marks}%" if unit is Unit.PERCENT else f"ch {marks}"})
        evening.goes_to(place, **ceiling)
        if attempt.do == "doctored":
            await prepare(self)
        sent, self._seen = len(evening.sent), len(evening.club.env.http_requests)
        way = WAYS.get(attempt.do, command)
        self.made += 1
        await way(self, self.people[attempt.who], place, attempt)
        evening.listen()
        new = evening.sent[sent:]
        requests = evening.club.env.http_requests[self._seen :]
        found = [*self._foreign(requests, place, attempt), *self._leaks(new, attempt)]
        found += outside(requests, self.reminded, evening.club.env.backend.channels)
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
                case "PATCH", "channels", channel, "messages", _ if channel in answers:  # the model's lead, later
                    continue
            if any(
                re.fullmatch(call, f"{request.method} {request.path.strip('/')}") for call in CALLS.get(attempt.do, ())
            ):
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
    people["Jo"] = club.member("Jo", manage_events=True)
    people["Ahab"] = club.member("Ahab", manage_threads=True, manage_messages=True)
    evening.keeps_places(people["Ahab"])
    opened_to(club, people.values())
    for name, at in {"Liz": {AMBER: 1}, "Alec": {AMBER: 4, ORCHARD: 1}, "Ishmael": MARKS}.items():
        for book, marks in at.items():
            await club.reads(people[name], book, f"ch {marks}")
            evening.is_at(people[name], book, marks)
    return Attempting(evening, people)


def opened_to(club: Club, people: Collection[MemberActor]) -> None:
    """Have the server show every command to some people, as those who manage a server can."""
    for known in club.bots[-1].tree.get_commands():
        command = club.env.backend.find_command(known.name, club.guild.id)
        if command is not None:
            club.guild.set_command_permissions(int(command["id"]), dict.fromkeys(people, True))


def outside(requests: list[HttpLogEntry], reminded: Collection[int] = (), places: Collection[int] = ()) -> list[str]:
    """Return what in some requests would ping, link, format or hide, and messages that do not forbid mentions.

    Those who asked to be `reminded` may be, and links lead to `places` of the club's own.
    """
    found = []
    known = "|".join(map(str, places)) or "-"
    own = rf"{OURS.pattern}|<#(?:{known})>|https://discord\.com/channels/(?:\d{{15,20}})/(?:{known})/\d{{15,20}}"
    links = rf"(?:events/\d{{15,20}}|channels/\d{{15,20}}/(?:{known}))/\d{{15,20}}"
    own += rf"|\[(?:event|all dates)\]\(https://discord\.com/{links}\)"
    own += "".join(rf"|<@{person}>" for person in reminded)
    for request in requests:
        body = request.json
        if not isinstance(body, Mapping) or body.get("type") in (CHOICES, FORM):
            continue
        told = body.get("data") if "callback" in request.path else body
        if not isinstance(told, Mapping) or not (told.get("components") or told.get("content")):
            continue
        allowed = told.get("allowed_mentions") or {"parse": ["everything"]}
        others = {int(person) for person in allowed.get("users") or ()} - set(reminded)
        if allowed.get("parse") != [] or others or allowed.get("roles") or allowed.get("replied_user"):
            found.append(f"mentions are allowed: {allowed}")
        for where, text in every_text(told):
            if where.endswith("content"):
                found += [f"{sign} in {where}: {text[:200]!r}" for sign in live(re.sub(own, "", text))]
    return found


_READS = r"GET .*"
_POSTS = r"POST channels/\d+/messages"
CALLS = {
    "votes": (_READS, _POSTS, r"PATCH channels/\d+/messages/\d+", r"POST channels/\d+/polls/\d+/expire"),
    "schedules": (
        _READS, _POSTS, r"POST channels/\d+/threads", r"POST guilds/\d+/scheduled-events",
        r"(?:PATCH|DELETE) guilds/\d+/scheduled-events/\d+", r"POST users/@me/channels",
        r"PATCH channels/\d+/messages/\d+", r"PUT channels/\d+/messages/pins/\d+",
    ),
    "prompts": (_READS, _POSTS),
    "watched": (r"POST users/@me/channels", _POSTS),
}  # fmt: skip
"""What the bot has to call for what an organiser or a moderator does in these ways."""
