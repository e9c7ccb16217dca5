"""Who will see a reply, and what they have read: the only place where audiences of a club are made."""

from bot.app import App
from bot.features.ceilings.store import Ceilings
from bot.features.progress.store import Progress
from bot.people import NO_CLUB, Member, Place
from retrieval.gate import Audience


class Audiences:
    """Makes the audience of every reply.

    A private reply is for its asker alone, at the positions that they reported. A public reply is for everybody in the
    place, at its ceiling; a place without one is at 0 in every book. Who asks in public and has reported less than the
    ceiling is among those who will see it, so the reply goes no further than they do.
    """

    def __init__(self, app: App) -> None:
        self.positions, self.ceiling = app.get(Progress).positions, app.get(Ceilings).show

    async def private(self, member: Member, place: Place) -> Audience:
        """Return the audience of a reply that only this member sees."""
        return Audience(await self.positions(member), place.adults, _club(member.club))

    async def public(self, place: Place, asker: Member | None = None) -> Audience:
        """Return the audience of a reply that everybody in a place sees, its asker among them."""
        ceiling = await self.ceiling(place)
        if asker is not None:
            own = await self.positions(asker)
            ceiling = {book: min(marks, own.get(book, marks)) for book, marks in ceiling.items()}
        return Audience(ceiling, place.adults, _club(place.club))

    async def behind(self, member: Member, place: Place) -> bool:
        """Return whether a reply at the place's ceiling could tell a member more than they have read."""
        own = await self.positions(member)
        return any(marks > own.get(book, 0) for book, marks in (await self.ceiling(place)).items())


def _club(club: int) -> str:
    return "" if club == NO_CLUB else str(club)
