"""`/progress`: where a member is in their books. Nobody else sees it, unless they share it themselves."""

from collections.abc import Sequence

from discord import app_commands

from bot.answering.texts import place_line, told_of
from bot.discord import autocomplete, buttons
from bot.discord.buttons import DANGER, ID, Cancel, Confirm, Share, button
from bot.discord.cards import Card, Interaction, Tone, notice_card, safe
from bot.discord.context import CURES, app_of, club_here, deliver, may_share
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.ask.views import how_far
from bot.features.ceilings.store import Audiences
from bot.features.progress import views
from bot.features.progress.store import Moved, NotSaid, Progress, ProgressProblem
from bot.features.progress.views import LINES, PROGRESS_BUTTONS, moved_reply, progress_undo_button, undone_card
from bot.people import Member
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

SHOWN = 40  # books that /progress show lists, the latest report first; an export has all of them


@button(Confirm, "progress-clear", style=DANGER, of=("clear",))
async def forget_all_button(button: Confirm, interaction: Interaction) -> Card:
    """Forgets where a member is in every book, once they have confirmed it."""
    asked = await button.asked(interaction)
    gone = await app_of(interaction).get(Progress).clear(asked.member)
    return forgotten_card(asked.member, gone)


class ShareProgressButton(Share, template=rf"progress-share:{ID}"):
    """Tells everybody in the place where a member is, once they have confirmed it."""

    label, style, opens, of, done = Confirm.label, Confirm.style, False, ("share",), "Shared with everybody here."

    async def public(self, interaction: Interaction, asked: Asked) -> Card:
        """Return what the preview showed."""
        app = app_of(interaction)
        book = app.books[asked.book or ""]
        marks = await app.get(Progress).shared(asked.member, book)
        if str(marks) != asked.text:
            raise ProgressProblem("Your position has changed since. /progress share shows you a new preview.")
        return Card(body=safe(told_of(interaction.user.display_name, book, marks)), tone=Tone.PUBLIC)


def forgotten_card(member: Member, gone: Sequence[Moved]) -> Card:
    """Return the card of positions that were forgotten, with *Undo*."""
    where = gone[0].book.title if len(gone) == 1 else f"{len(gone)} books"
    items = [progress_undo_button(member.club, member.id, gone[0].change)] if gone else []
    return notice_card(
        f"I’ve forgotten where you are in {where}." if gone else "There is nothing to forget.", buttons=items
    )


NOTHING = (
    "You haven’t told me where you are in any book. Use /progress set, for example with ch 7, p. 120, 45% or finished."
)

Where = app_commands.Range[str, 1, MAX_LENGTH]
Typed = app_commands.Range[str, 1, 200]


async def ask_where(interaction: Interaction, slug: str = "") -> None:
    """Ask in a form where its reader is in a book, or in the one at hand."""
    app, (member, place) = app_of(interaction), await visitor(interaction)
    book = await app.get(Questions).reported(member, place, slug)
    await interaction.response.send_modal(views.WhereModal(book))


buttons.OPENINGS["open-where"] = buttons.Opening("Where are you?", ask_where, buttons.PRIMARY)
CURES[NotSaid] = lambda error: views.where_button(error.book.slug)


class ProgressCog(AppCog):
    """A member's own positions."""

    progress = in_clubs_and_direct_messages(
        app_commands.Group(name="progress", description="How far you are in your books. Only you see it.")
    )

    @progress.command()
    @app_commands.describe(where="How far you are: ch 7, p. 120, 45%, finished", book="The book")
    @app_commands.autocomplete(where=autocomplete.whereabouts, book=autocomplete.books)
    async def set(self, interaction: Interaction, where: Where, book: Typed | None = None) -> None:
        """Tell me where you are in a book, so that I don’t spoil the rest."""
        member, place = await acknowledge(interaction)
        known = await self._app.get(Questions).reported(member, place, book)
        moved = await self._app.get(Progress).set(member, known, where)
        await deliver(interaction, await moved_reply(interaction, member, moved, where))

    @progress.command()
    async def show(self, interaction: Interaction) -> None:
        """Show where you are in every book, and how far I may go in this channel."""
        member, place = await acknowledge(interaction)
        books = self._app.books
        reports = await self._app.get(Progress).reports(member)
        lines = [
            f"{place_line(books[slug], report.reached.marks_in(books[slug]))}, said <t:{int(report.at.timestamp())}:R>"
            for slug, report in reversed(reports.items())
        ]
        more = [f"and {len(lines) - SHOWN} more; My data, on /help, has all of them"] if len(lines) > SHOWN else []
        here = how_far(None, await self._app.get(Audiences).public(place), books)
        public = club_here(interaction) is not None
        note = f"My public answers here: {here[0].lower()}{here[1:]}." if public else ""
        await deliver(interaction, notice_card("\n".join(lines[:SHOWN] + more) or NOTHING, "Where I am", note=note))

    @progress.command()
    async def undo(self, interaction: Interaction) -> None:
        """Undo your last change of where you are."""
        member, _ = await acknowledge(interaction)
        await deliver(interaction, undone_card(await self._app.get(Progress).undo(member)))

    @progress.command()
    @app_commands.describe(book="Which book; all of them if left out")
    @app_commands.autocomplete(book=autocomplete.books)
    async def clear(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Forget where you are, in one book or in all."""
        member, place = await acknowledge(interaction)
        progress, books = self._app.get(Progress), self._app.books
        there = await progress.positions(member)
        if book or not there:
            known = find_book(book, self._app.books_of(member.club)) if book else None
            await deliver(interaction, forgotten_card(member, await progress.clear(member, known)))
            return
        lines = [place_line(books[slug], marks) for slug, marks in there.items()]
        asked = await self._app.get(AskedQuestions).keep("clear", member, place, "")
        more = [f"and in {len(lines) - LINES} more."] if len(lines) > LINES else []
        text = "\n".join(("Forget where you are in every book?", *lines[:LINES], *more))
        await deliver(interaction, notice_card(text, buttons=[forget_all_button(asked.id), Cancel(member.id)]))

    @progress.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def share(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Tell everybody here where you are in a book. You see a preview first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        may_share(interaction)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        marks = await self._app.get(Progress).shared(member, known)
        asked = await self._app.get(AskedQuestions).keep("share", member, place, str(marks), known.slug)
        text = f"I would post this here:\n{told_of(interaction.user.display_name, known, marks)}"
        await deliver(interaction, notice_card(text, buttons=[ShareProgressButton(asked.id), Cancel(member.id)]))


FEATURE = Feature("progress", cogs=(ProgressCog,), buttons=(*PROGRESS_BUTTONS, forget_all_button, ShareProgressButton))
