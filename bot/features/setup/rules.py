"""What is missing before a club can do everything, each with its cure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.club_settings import ClubSettings, Topic
from corpus.books import Book, Slug

AGAIN = "Press Change, or use /setup start."
PICK_ROLE = "Pick one in the menu below."
ALLOW = "Allow me that in the channel’s settings, under Permissions."

UNSET = {
    Topic.MODERATORS: "No moderator role is chosen, so only people with Discord’s own permissions can moderate.",
    Topic.ORGANISERS: "No organiser role is chosen, so only people who may manage events can plan and hold votes.",
    Topic.TALK: "No channel to talk in is chosen.",
    Topic.SCHEDULE: "No channel or forum for the schedule is chosen.",
    Topic.BOOK: "No book is chosen.",
}
GONE = {
    Topic.MODERATORS: "The moderator role no longer exists.",
    Topic.ORGANISERS: "The organiser role no longer exists.",
    Topic.TALK: "The channel to talk in no longer exists.",
    Topic.SCHEDULE: "The channel for the schedule no longer exists.",
}
NO_LIBRARY = ("The library has no books.", "Add one of your own: its title and length are enough.")
NO_SUCH_BOOK = "The chosen book is no longer in the library."


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that was chosen, as the server has it now: its name, and the permissions that the bot lacks there."""

    name: str
    lacks: tuple[str, ...] = ()


def missing(
    settings: ClubSettings, roles: Collection[int], channels: Mapping[int, Channel], books: Mapping[Slug, Book],
    ceiling: Mapping[Slug, int],
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Yield what is missing and its cure: channels and the book first.

    `roles` are those of the server, `channels` those of the chosen ones that it has, and `ceiling` is that of the
    channel to talk in.
    """
    for step, channel in ((Topic.TALK, settings.talk), (Topic.SCHEDULE, settings.schedule)):
        there = channels.get(channel or 0)
        if there is None:
            yield (UNSET if channel is None else GONE)[step], AGAIN
        elif there.lacks and (step is Topic.TALK or channel != settings.talk):
            yield f"In #{there.name} I lack {', '.join(there.lacks)}.", ALLOW
    talk, book = channels.get(settings.talk or 0), books.get(settings.book or "")
    if not books:
        yield NO_LIBRARY
    elif book is None:
        yield UNSET[Topic.BOOK] if settings.book is None else NO_SUCH_BOOK, AGAIN
    elif talk is not None and book.slug not in ceiling:
        yield (
            f"#{talk.name} has no ceiling for {book.title}: what I say there assumes that nobody has started.",
            "A moderator can set one there with /ceiling set.",
        )
    for step, role in ((Topic.MODERATORS, settings.moderators), (Topic.ORGANISERS, settings.organisers)):
        if role not in roles:
            yield (UNSET if role is None else GONE)[step], PICK_ROLE
