"""`/vote`: organisers hold a vote about the next book. A vote closes on its own, also after an outage."""

import json
from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import app_commands

from bot.app import App
from bot.audit import Audit, Did
from bot.club_settings import SetUp
from bot.discord import autocomplete, buttons, context
from bot.discord.buttons import DANGER, PAGE, Cancel, Confirm, Page, Pressed, button
from bot.discord.cards import OPTION, OPTIONS, Card, Interaction, notice_card, one_line, paged_card, safe
from bot.discord.visitor import FOR_ORGANISERS, AppCog, Feature, acknowledge, in_clubs, visitor
from bot.features.ask.store import AskedQuestions
from bot.features.votes import rules
from bot.features.votes.jobs import VotePosts
from bot.features.votes.store import JOBS, Nominations, Votes
from bot.features.votes.views import KINDS, VOTE, VOTE_BUTTONS, counted_card, preview_card
from bot.people import Member
from bot.times import read_moment, timestamp
from corpus.errors import DogearError
from corpus.text import plural

TITLE = "Nominated for our next book"


@button(Page, rf"nominations:{PAGE}")
async def nominations_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of the list."""
    member, _ = await visitor(interaction)
    return await nominations_card(context.app_of(interaction), member, button.page)


async def nominations_card(app: App, member: Member, page: int = 1) -> Card:
    """Return the list: how many would like to read each book, and which are one's own; never who the others are."""
    lines = [
        f"**{safe(each.candidate.title)}** · {plural(len(each.by), 'member')}{' · you' * (member.id in each.by)}"
        for each in await app.get(Nominations).listed(member.club)
    ]
    items = [buttons.OpenButton(what) for what in ("open-nominate", *(("open-withdraw",) if lines else ()))]
    if not lines:
        return notice_card("No book has been nominated yet.", TITLE, items)
    return paged_card(TITLE, lines, page, nominations_page_button, items=items)


async def nominate_book(interaction: Interaction, book: str) -> None:
    """Nominate a book or several, or support those that are on the list."""
    (member, _), app, done = await acknowledge(interaction), context.app_of(interaction), []
    titles = rules.nominated(book, app.books_of(member.club))
    for each in titles:
        try:
            done.append(_nominated(await app.get(Nominations).add(member, each)))
        except rules.VoteProblem as problem:
            if len(titles) == 1:
                raise
            done.append(str(problem))
    await context.deliver(interaction, notice_card("\n".join(done)))


def _nominated(nominated: rules.Nominated) -> str:
    """Return what became of a nomination."""
    (_, title, slug), by = nominated
    if len(by) > 1:
        return f"“{title}” was already on the list; now {len(by)} members would like to read it."
    new = "" if slug else " It isn’t in the library yet, so I used the title as you typed it."
    return f"“{title}” is now on the list.{new}"


async def withdraw_book(interaction: Interaction, book: str) -> None:
    """Take a nomination of its asker's back; an organiser's takes the book off the list."""
    member, _ = await acknowledge(interaction)
    organiser = await context.has(interaction, context.ORGANISER)
    title, number = await context.app_of(interaction).get(Nominations).withdraw(member, book, organiser=organiser)
    done = f"“{title}” is no longer nominated{'' if organiser else ' by you'}."
    if number > 1:
        done = f"“{title}” is off the list; {number} members had nominated it."
    await context.deliver(interaction, notice_card(done))


class TitleModal(buttons.Dialogue):
    """The title of a book, for what is done with it."""

    def __init__(self, title: str, does: Callable[[Interaction, str], Awaitable[None]]) -> None:
        super().__init__(title=title)
        self._does = does
        self.book = self.line("Book", "book", "", max_length=200, description="From the library, or any title")

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Do it."""
        await self._does(interaction, self.book.value)


async def show_nominations(interaction: Interaction, _: str = "") -> None:
    """Show the nominated books."""
    member, _place = await acknowledge(interaction)
    await context.deliver(interaction, await nominations_card(context.app_of(interaction), member))


buttons.OPENINGS["open-nominations"] = buttons.Opening("Nominated books", show_nominations)
buttons.OPENINGS["open-nominate"] = buttons.Opening(
    "Nominate a book", lambda pressed, _: pressed.response.send_modal(TitleModal("Nominate a book", nominate_book))
)
buttons.OPENINGS["open-withdraw"] = buttons.Opening(
    "Withdraw", lambda pressed, _: pressed.response.send_modal(TitleModal("Withdraw a nomination", withdraw_book))
)


@button(Confirm, "vote-start", of=("vote",))
async def start_button(button: Confirm, interaction: Interaction) -> Card:
    """Posts a vote that its organiser has seen."""
    asked = await button.asked(interaction)
    await context.needs(interaction, context.ORGANISER)
    draft = rules.DRAFT.validate_json(asked.text)
    may_post(interaction, draft.kind)
    app, bot = context.app_of(interaction), context.bot_of(interaction)
    vote = await app.get(Votes).begin(draft, asked.place, button.given["asked_id"])
    vote = await VotePosts(bot).open(vote)
    await app.get(Audit).note(Did.VOTE, vote.where, asked.member.id, message=vote.message)
    bot.jobs.nudge()
    link = vote.where.link(vote.message)
    return Card(body=f"The vote is open: {link}\nIt closes {timestamp(draft.closes)}, or with /vote close.")


@button(Pressed, rf"vote-close:{VOTE}", "Close it now", style=DANGER)
async def close_button(button: Pressed, interaction: Interaction) -> Card:
    """Closes a vote now."""
    member, _ = await context.needs(interaction, context.ORGANISER)
    votes = context.app_of(interaction).get(Votes)
    vote = await votes.vote(button.number("vote_id"), member)
    if not await VotePosts(context.bot_of(interaction)).see_to(vote, early=True):
        raise context.Refused("That vote has already been closed.")
    closed = await votes.vote(vote.id, member)
    where = closed.where.link(closed.result) if closed.result else "I can’t post there; see /vote results."
    return Card(body=f"Closed. The result: {where}")


def may_post(interaction: Interaction, kind: rules.VoteKind) -> None:
    """See that the bot may post a vote in this channel, and later its outcome. Raises Refused."""
    send = "send_messages_in_threads" if context.is_thread(interaction.channel) else "send_messages"
    polls = ("send_polls",) if kind is rules.VoteKind.POLL else ()
    needed = ("view_channel", send, "attach_files", "read_message_history", *polls)
    if lacks := context.lacking(interaction.app_permissions, needed):
        raise context.Refused(
            f"To hold a vote here I need the permission {' and '.join(lacks)}. Please allow it and try again."
        )


Title = app_commands.Range[str, 1, 200]


class NominateCog(AppCog):
    """The list of books from which the next one is chosen."""

    nominate = in_clubs(
        app_commands.Group(
            name="nominate", description="Books that we could read next.", default_permissions=FOR_ORGANISERS
        )
    )

    @nominate.command()
    @app_commands.describe(book="A book from the library, or any title")
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: Interaction, book: Title) -> None:
        """Nominate a book, from the library or any other; if it’s already listed, support it."""
        await nominate_book(interaction, book)

    @nominate.command(name="list")
    async def show(self, interaction: Interaction) -> None:
        """Show the nominated books, and how many members would like to read each."""
        await show_nominations(interaction)

    @nominate.command()
    @app_commands.describe(book="A book on the list")
    @app_commands.autocomplete(book=autocomplete.nominated)
    async def withdraw(self, interaction: Interaction, book: Title) -> None:
        """Take back your nomination; organisers can remove a book from the list."""
        await withdraw_book(interaction, book)


class VoteForm(buttons.Dialogue, title="Start a vote"):
    """How a vote is held, between which books, and until when."""

    def __init__(self, nominated: Sequence[rules.Candidate], others: str = "", closes: str = "") -> None:
        super().__init__()
        self._nominated = nominated[:OPTIONS]
        self.kind = discord.ui.RadioGroup[VoteForm](custom_id="kind")
        for kind, label in ((rules.VoteKind.RANKED, "Everybody ranks up to five books"), (rules.VoteKind.POLL, "Poll")):
            ranked = kind is rules.VoteKind.RANKED
            self.kind.add_option(label=label, value=kind.value, description=KINDS[kind], default=ranked)
        self.add_item(discord.ui.Label(text="How do you vote?", component=self.kind))
        options = [
            discord.SelectOption(label=one_line(each.title, OPTION), value=each.key, default=n < rules.MOST_BOOKS)
            for n, each in enumerate(self._nominated)
        ]
        self.books = discord.ui.Select[VoteForm](
            custom_id="books", options=options, min_values=0, required=False,
            max_values=min(rules.MOST_BOOKS, len(options)) or 1,
        )  # fmt: skip
        if options:
            self.add_item(discord.ui.Label(text="Nominated books", component=self.books))
        self.others = self.line(
            "Other books" if options else "Which books?", "others", others, description="With commas between them",
            required=False, max_length=1_000, style=discord.TextStyle.paragraph,
        )  # fmt: skip
        until = "Such as Friday 8pm, or in 48 hours"
        self.closes = self.line("It closes", "closes", closes or f"in {rules.USUAL}", description=until, max_length=100)
        self.hidden = discord.ui.Checkbox[VoteForm](custom_id="hidden")
        told = "Only with ranked choice: a poll always shows its count."
        self.add_item(discord.ui.Label(text="Hide the count until then?", description=told, component=self.hidden))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Show the preview."""
        member, place = await acknowledge(interaction, context.ORGANISER)
        app, kind = context.app_of(interaction), rules.VoteKind(self.kind.value or rules.VoteKind.RANKED)
        may_post(interaction, kind)
        now, zone = app.now(), (await app.get(SetUp).settings(member.club)).zone
        books = [each for each in self._nominated if each.key in self.books.values]
        try:
            for named in rules.typed_candidates(self.others.value, app.books_of(member.club)):
                books += [] if any(rules.same_book(named.key, each.key) for each in books) else [named]
            when = self.closes.value
            until = await app.workers.do(lambda: read_moment(when, now, zone, rules.SOONEST, rules.LATEST))
            draft = rules.VoteDraft(kind, until, self.hidden.value, tuple(books))
            await app.get(Votes).check(member.club, draft)
        except DogearError as error:
            typed = json.dumps([self.others.value, self.closes.value])
            kept = await app.get(AskedQuestions).keep("vote-form", member, place, typed)
            raise context.Choice(str(error), [vote_form_button(kept.id)]) from error
        asked = await app.get(AskedQuestions).keep("vote", member, place, rules.DRAFT.dump_json(draft).decode())
        await context.deliver(interaction, preview_card(draft, [start_button(asked.id), Cancel(member.id)]))


async def open_vote_form(interaction: Interaction, others: str = "", closes: str = "") -> None:
    """Open the form, with the nominated books in it."""
    member, _ = await context.needs(interaction, context.ORGANISER)
    nominated = await context.app_of(interaction).get(Nominations).listed(member.club)
    await interaction.response.send_modal(VoteForm([each.candidate for each in nominated], others, closes))


@button(buttons.OwnButton, "vote-form", "Keep writing", style=buttons.PRIMARY, of=("vote-form",), answers=True)
async def vote_form_button(button: buttons.OwnButton, interaction: Interaction) -> None:
    """Opens the form again with what was typed."""
    others, closes = json.loads((await button.asked(interaction)).text)
    await open_vote_form(interaction, others, closes)


buttons.OPENINGS["open-vote"] = buttons.Opening("Start a vote", open_vote_form, right=context.ORGANISER)

Books = app_commands.Range[str, 1, 1_000]
When = app_commands.Range[str, 1, 100]


class VoteCog(AppCog):
    """Votes, from the preview to the outcome."""

    vote = in_clubs(
        app_commands.Group(
            name="vote", description="Choose the next book together.", default_permissions=FOR_ORGANISERS
        )
    )

    @vote.command()
    @app_commands.describe(
        books="Titles besides the nominated ones, with commas or semicolons between them",
        closes="Such as Friday 8pm, in 3 days or 48 hours; in 3 days if left out",
    )
    async def start(self, interaction: Interaction, books: Books | None = None, closes: When | None = None) -> None:
        """Start a vote in this channel, in a form. You see a preview before it is posted."""
        await open_vote_form(interaction, books or "", closes or "")

    @vote.command()
    async def close(self, interaction: Interaction) -> None:
        """Close the current vote early."""
        member, _ = await acknowledge(interaction, context.ORGANISER)
        vote = await self._app.get(Votes).latest(member.club)
        books = ", ".join(map(safe, vote.titles.values()))
        body = f"{books}\nOtherwise it closes {timestamp(vote.closes)}. After that nobody can vote."
        card = Card("Close the vote now?", body, buttons=[close_button(vote.id), Cancel(member.id)])
        if vote.state == rules.VoteState.CLOSED:
            card = notice_card("No vote is running. Start one with /vote start.")
        await context.deliver(interaction, card)

    @vote.command()
    async def results(self, interaction: Interaction) -> None:
        """Show the count of the current vote, unless hidden, or the last result."""
        member, _ = await acknowledge(interaction)
        vote = await self._app.get(Votes).latest(member.club)
        if vote.kind == rules.VoteKind.POLL and vote.count is None:
            there = f"Discord shows the count in the poll: {vote.where.link(vote.message)}"
            card = Card(body=there if vote.message else "The poll is being posted.")
        else:
            card = await counted_card(self._app, *await self._app.get(Votes).so_far(vote.id, member))
        await context.deliver(interaction, card)


FEATURE = Feature(
    "votes",
    cogs=(NominateCog, VoteCog),
    buttons=(nominations_page_button, *VOTE_BUTTONS, start_button, close_button, vote_form_button),
    jobs={JOBS: lambda bot: VotePosts(bot).do},
)
