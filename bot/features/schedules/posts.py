"""What schedules post, and what is pressed there: the card of a schedule, openings of sections, reminders, notes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import takewhile

import discord
from icalendar import Calendar, Event
from icalendar.enums import STATUS

from bot.app import App
from bot.club_settings import SetUp
from bot.discord.buttons import PRIMARY, Dialogue, Pressed, button
from bot.discord.cards import Attachment, Card, Interaction, Item, Tone, notice_card, one_line, safe
from bot.discord.context import ORGANISER, Refused, app_of, bot_of, needs
from bot.discord.jobs import button_ids
from bot.discord.visitor import acknowledge, server_of, visitor
from bot.features.ask.rules import MAX_QUESTION, Questions
from bot.features.ask.views import answer_privately, command_card
from bot.features.notes.views import save_note_button, section_notes_button
from bot.features.progress.views import SCHEDULE, SECTION, asked_once, asking, far_button, reached, reading_buttons
from bot.features.schedules import rules
from bot.features.schedules.changes import Books
from bot.features.schedules.rules import NotPossible, Schedule, ScheduleState, Section, SectionState, StepKind
from bot.features.schedules.store import By, Schedules
from bot.people import Member, Place
from bot.times import timestamp
from corpus.books import Unit
from corpus.text import plural

BEFORE = "a day and an hour before each meeting"
WAYS: Mapping[str, tuple[By | None, str, str]] = {
    "t": (By.THREAD, "In the thread", f"I’ll mention you in the thread {BEFORE}, and when it opens. Others see that."),
    "d": (By.DIRECT, "By direct message", f"I’ll send you a direct message {BEFORE}."),
    "n": (None, "No reminders", "I won’t remind you of these meetings."),
}
"""How somebody can be reminded: what the button says, and what is said once that is chosen."""


class Found(Pressed, template=r"(?!)"):
    """A button by whose id the message that it stands under is found."""

    opens = True

    def is_under(self, message: discord.Message) -> bool:
        """Return whether it stands under a message."""
        return self.custom_id in button_ids(message)


@button(Found, rf"remind:{SCHEDULE}:{SECTION}:(?P<of>[a-z0-9]{{1,20}})", "Remind me")
async def remind_button(button: Found, interaction: Interaction) -> Card:
    """Has its presser reminded in the thread, unless they chose otherwise, and asks how they would like it."""
    schedule, schedules = await reached(interaction, button.number("schedule")), app_of(interaction).get(Schedules)
    member = Member(schedule.club, interaction.user.id)
    by = (await schedules.reminded(schedule.id)).get(member)
    if by is None and interaction.guild_id:
        by = By.THREAD
        await schedules.remind(schedule.id, member, by)
    return asking(_reminders(schedule, by), await asked_once(app_of(interaction), member))


class RemindByButton(Pressed, template=rf"remind-by:{SCHEDULE}:(?P<way>[dtn])"):
    """Chooses how its presser is reminded."""

    def __init__(self, schedule: int | str, way: str) -> None:
        super().__init__(schedule, way, label=WAYS[way][1])

    async def card(self, interaction: Interaction) -> Card:
        """Keep the choice."""
        by, schedule = WAYS[self.given["way"]][0], await reached(interaction, self.number("schedule"))
        await app_of(interaction).get(Schedules).remind(schedule.id, Member(schedule.club, interaction.user.id), by)
        return _reminders(schedule, by)


def _reminders(schedule: Schedule, chosen: By | None) -> Card:
    """Return how somebody is reminded, with what changes it."""
    items = [RemindByButton(schedule.id, way) for way, (by, _, _) in WAYS.items() if by is not chosen]
    return notice_card(next(said for by, _, said in WAYS.values() if by is chosen), schedule.title, items)


@button(Pressed, rf"coming:{SCHEDULE}:{SECTION}:(?P<answer>yes|no)", "I’m coming", opens=True)
async def coming_button(button: Pressed, interaction: Interaction) -> Card:
    """Says that its presser comes to a meeting, with section 0 to the next one, or does not; its post names them."""
    schedule, app = await reached(interaction, button.number("schedule")), app_of(interaction)
    schedules, ahead = app.get(Schedules), schedule.ahead(app.now())
    section = next((s for s in ahead if button.number("section") in (0, s.number)), None)
    if section is None:
        raise NotPossible("That meeting has begun, or there are no more.")
    member, comes = Member(schedule.club, interaction.user.id), button.given["answer"] == "yes"
    await schedules.comes(schedule, section.number, member, comes)
    await schedules.refresh(schedule.id)
    bot_of(interaction).jobs.nudge()
    text = "You’re off the list for that meeting."
    if comes:
        text = f"You’re on the list for {rules.range_name(schedule, section)}, {timestamp(section.meets)}. "
        text += "That section’s post will name you."
    other = ("no", "I can’t come") if comes else ("yes", "")
    change = coming_button(schedule.id, section.number, other[0], label=other[1])
    return asking(notice_card(text, schedule.title, [change]), await asked_once(app, member))


@button(Pressed, rf"calendar:{SCHEDULE}", "Calendar file", opens=True)
async def calendar_button(button: Pressed, interaction: Interaction) -> Card:
    """Sends its presser the meetings as a file."""
    return await calendar_card(app_of(interaction), await reached(interaction, button.number("schedule")))


@button(Pressed, rf"section-recap:{SCHEDULE}", "Recap", opens=True)
async def recap_button(button: Pressed, interaction: Interaction) -> Card:
    """Tells its presser the story as far as they have read it."""
    schedule = await reached(interaction, button.number("schedule"))
    return await command_card(interaction, "recap", *await visitor(interaction), "", schedule.book)


@button(Pressed, rf"section-ask:{SCHEDULE}", "Ask", answers=True)
async def ask_button(button: Pressed, interaction: Interaction) -> None:
    """Opens a field for a question about the book."""
    await interaction.response.send_modal(AskModal(await reached(interaction, button.number("schedule"))))


class AskModal(Dialogue, title="Ask about the book"):
    """A question about a schedule's book."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__()
        self._book = schedule.book
        self.question = self.line("Your question", "question", "", max_length=MAX_QUESTION,
                                  description="Only you see the answer, and it stops where you are.")  # fmt: skip

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Answer in private."""
        questions, (member, place) = app_of(interaction).get(Questions), await acknowledge(interaction)
        await answer_privately(
            interaction, lambda first: questions.put("ask", member, place, self.question.value, self._book, first=first)
        )


@button(Found, rf"schedule-again:{SCHEDULE}:(?P<about>[a-z0-9-]{{1,40}})", "Try again now")
async def again_button(button: Found, interaction: Interaction) -> Card:
    """Has what Discord did not allow tried again at once."""
    await app_of(interaction).get(Schedules).try_again(await _organised(interaction, button.number("schedule")))
    bot_of(interaction).jobs.nudge()
    return notice_card("I’m trying it again now. If it still can’t be done, I go on trying every hour.")


@button(Found, rf"late-(?P<do>post|skip):{SCHEDULE}:{SECTION}")
async def late_button(button: Found, interaction: Interaction) -> Card:
    """Has a section posted that is late by days, or not."""
    schedule, section = await _organised(interaction, button.number("schedule")), button.number("section")
    post = button.given["do"] == "post"
    await app_of(interaction).get(Schedules).decide(schedule.id, section, post=post)
    bot_of(interaction).jobs.nudge()
    return notice_card(f"Section {section} is {'being posted' if post else 'skipped'}.")


DECIDED_AT_ONCE = 8  # sections with their two buttons on a card; the next ones are on that of /schedule show


def late_items(schedule: int, numbers: Sequence[int]) -> list[Found]:
    """Return the buttons that decide about sections that are late by days."""
    items: list[Found] = []
    for number in numbers[:DECIDED_AT_ONCE]:
        items.append(late_button("post", schedule, number, label=f"Post {number} now", style=PRIMARY))
        items.append(late_button("skip", schedule, number, label=f"Skip {number}"))
    return items


async def _organised(interaction: Interaction, schedule_id: int) -> Schedule:
    """Return a schedule whose organisers the presser belongs to, in a direct message, too. Raises Refused."""
    schedule = await reached(interaction, schedule_id)
    if interaction.guild_id is not None:
        await needs(interaction, ORGANISER)
        return schedule
    guild = await server_of(bot_of(interaction), schedule.club)
    settings = await app_of(interaction).get(SetUp).settings(schedule.club)
    person = await guild.fetch_member(interaction.user.id) if guild else None
    if person is None or not ORGANISER.given_to(person.guild_permissions, person, settings):
        raise Refused(ORGANISER.refusal)
    return schedule


NAMED = 300  # characters for the titles of other books in an opening message
COUNTED = 12  # of those who come, as many as are named
LISTED, BEHIND = 14, 3
"""Sections on the card of a schedule, and how many of them are over. Discord: 4,000 characters of text in all."""


def shown_lines(schedule: Schedule, coming: Mapping[int, Sequence[int]] | None = None) -> list[str]:
    """Return a schedule's sections as everybody sees them, safe; what is open or announced can be gone to."""
    lines = []
    for section in schedule.live:
        there = section.state is not SectionState.AHEAD
        parts = [f"{section.number}\\. **{safe(rules.range_name(schedule, section))}**", timestamp(section.meets)]
        if there and section.thread:
            parts.append(f"<#{section.thread}>")
        elif there:
            parts.append(section.state)
        elif section.event:
            parts.append(f"[event]({event_link(schedule, section)})")
        if not there and (number := len((coming or {}).get(section.number, ()))):
            parts.append(f"{number} coming")
        lines.append(" · ".join(parts))
    return lines


STATES = {
    ScheduleState.PAUSED: "**Paused.** Nothing opens until it is resumed.",
    ScheduleState.CANCELLED: "**Cancelled.** Threads that are open stay open.",
}


def schedule_card(schedule: Schedule, coming: Mapping[int, Sequence[int]]) -> Card:
    """Return the card that shows a schedule to everybody in its channel."""
    lines = shown_lines(schedule, coming)
    begun = len(list(takewhile(lambda section: section.state is not SectionState.AHEAD, schedule.live)))
    first = max(0, min(begun - BEHIND, len(lines) - LISTED))
    shown = lines[first : first + LISTED]
    more = [f"… and {len(lines) - len(shown)} more: press Schedule on /help"] if len(shown) < len(lines) else []
    body = "\n".join([*filter(None, [STATES.get(schedule.state, "")]), *shown, *more])
    buttons: list[Item] = [
        remind_button(schedule.id, 0, "card"), coming_button(schedule.id, 0, "yes"), calendar_button(schedule.id),
        far_button(schedule.id)
    ]  # fmt: skip
    note = "Times are shown in your own time zone. Only you see how far you have read."
    over = schedule.state is ScheduleState.CANCELLED
    return Card(f"We read {safe(schedule.title)}", body, (), Tone.PUBLIC, () if over else buttons, note=note)


def opening_card(
    schedule: Schedule, section: Section, books: Books, questions: Sequence[str] = (), coming: Sequence[int] = (),
    pinged: Sequence[int] = (), late: str = "",
) -> Card:  # fmt: skip
    """Return the message that opens a section's thread: how far it goes, what to talk about, and what is around it."""
    upto = safe(rules.ceiling_name(schedule, section))
    further = "" if section.last >= schedule.whole.of else ", and no further"
    said = f"Here we talk about {safe(rules.range_name(schedule, section))}. This thread goes {upto}{further}."
    if titles := [books[slug].title for slug in schedule.also if slug in books]:
        said += f"\nYou may also talk freely about {safe(one_line(', '.join(titles), NAMED))}."
    more = f" and {len(coming) - COUNTED} more" if len(coming) > COUNTED else ""
    asked = "\n".join(f"{number}\\. {safe(text)}" for number, text in enumerate(questions, 1))
    parts = (
        "\n".join(filter(None, (" ".join(f"<@{person}>" for person in pinged), said))),
        f"**To begin with**\n{asked}" if asked else "",
        f"Coming: {' '.join(f'<@{person}>' for person in coming[:COUNTED])}{more}" if coming else "",
        "\n".join(_around(schedule, section)),
    )
    key = schedule.id, section.number
    items = [
        *reading_buttons(schedule, section), recap_button(schedule.id), ask_button(schedule.id), save_note_button(*key),
        section_notes_button(*key), remind_button(*key, "opening"),
    ]  # fmt: skip
    title = safe(rules.thread_title(schedule, section))
    return Card(title, "\n\n".join(filter(None, parts)), [safe(late)] if late else (), Tone.PUBLIC, items)


def _around(schedule: Schedule, section: Section) -> list[str]:
    """Return what comes before and after a section, with links to all of it."""
    later = [s for s in schedule.live if s.number > section.number and s.state is not SectionState.SKIPPED]
    before = [s for s in schedule.live if s.number < section.number and s.thread]
    links = [f"<#{before[-1].thread}>"] if before else []
    links += [f"[all dates]({Place(schedule.club, schedule.card_in).link(schedule.card)})"] if schedule.card else []
    links += [f"[event]({event_link(schedule, section)})"] if section.event else []
    lines = [f"{'Before' if before else 'See also'}: {' · '.join(links)}"] if links else []
    if later and schedule.state is not ScheduleState.CANCELLED:
        after = later[0]
        when = f"<#{after.thread}>" if after.thread else timestamp(after.meets)
        paused = " (paused)" if schedule.state is ScheduleState.PAUSED and not after.thread else ""
        lines.insert(0, f"Next: {safe(rules.range_name(schedule, after))}, {when}{paused}.")
    return lines


def event_link(schedule: Schedule, section: Section) -> str:
    """Return the address of a section's event."""
    return f"https://discord.com/events/{schedule.club}/{section.event}"


def left_to_read(schedule: Schedule, section: Section, pages: int | None, at: int | None) -> str:
    """Return how much of a section is left to read for somebody who is at a mark, or for nobody in particular."""
    number, unit = section.last - (section.first - 1 if at is None else at), schedule.whole.unit
    if number <= 0:
        return "You have read all of it."
    told = f"{number}%" if unit == Unit.PERCENT else plural(number, unit)
    of = f", about {plural(round(pages * number / schedule.whole.of), 'page')}" if pages and unit != Unit.PAGE else ""
    return f"You have {told}{of} left to read." if at is not None else f"To read: {told}{of}."


def reminder_card(
    schedule: Schedule, section: Section, kind: StepKind, left: str, button: Item, members: Sequence[int] = ()
) -> Card:  # fmt: skip
    """Return a reminder of a meeting; those to whom it goes are mentioned where others read it, too."""
    stretch, when = safe(rules.range_name(schedule, section)), timestamp(section.meets)
    if kind is StepKind.DAY_BEFORE:
        text = f"A day to go: we meet {when} to talk about {stretch}. {left}"
    else:
        text = f"We begin soon, {when}: {stretch}. {left} If you aren’t there yet, come when you are; the thread stays."
    where = f"The thread opens in <#{schedule.place}>."
    who = " ".join(f"<@{member}>" for member in members)
    body = "\n".join(filter(None, (who, text, where)))
    buttons = [*reading_buttons(schedule, section), button]
    return Card(safe(rules.thread_title(schedule, section)), body, (), buttons=buttons)


async def calendar_card(app: App, schedule: Schedule) -> Card:
    """Return the meetings as a file."""
    now = app.now()
    file = Attachment(f"{schedule.book}.ics", await app.workers.do(lambda: exported(schedule, now)))
    body = "Open it with your calendar. After a change, import it again to update the meetings."
    return Card(body=body, document=file)


def exported(schedule: Schedule, now: dt.datetime) -> bytes:
    """Return the `.ics` of a schedule: an event for every meeting, cancelled ones too, so that calendars drop them."""
    became = {SectionState.CANCELLED: STATUS.CANCELLED, SectionState.SKIPPED: STATUS.CANCELLED}
    if schedule.state is ScheduleState.PAUSED:
        became[SectionState.AHEAD] = STATUS.TENTATIVE
    events = [
        Event.new(
            uid=uid(schedule, section), summary=rules.thread_title(schedule, section), start=section.meets,
            end=section.meets + rules.MEETING, sequence=section.sequence, stamp=now,
            status=became.get(section.state, STATUS.CONFIRMED)
        )
        for section in schedule.sections
    ]  # fmt: skip
    calendar = Calendar.new(
        prodid="-//Dogear//Reading schedules//EN", method="PUBLISH", uid=f"s{schedule.id}@dogear", name=schedule.title,
        subcomponents=events
    )  # fmt: skip
    return bytes(calendar.to_ical())


def uid(schedule: Schedule, section: Section) -> str:
    """Return the name by which calendars know a meeting again, whatever becomes of its date."""
    return f"s{schedule.id}-{section.number}@dogear"


POSTED = (
    *(remind_button, RemindByButton, coming_button, calendar_button),
    *(recap_button, ask_button, again_button, late_button),
)
