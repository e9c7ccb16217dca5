"""A club's own book: a made-up novel with words that stand in no other text of the tests."""

from bot.app import App
from bot.features.books.rules import BookText
from bot.features.books.store import ClubBooks
from bot.people import Member
from corpus.books import Book

SECRET_WORDS = ("Vellichor", "Ortensia", "Quillon", "Brumalia", "Zephyrine")
"""Title, author, and three people and things; they may reach nobody but the club whose book it is."""

DOCUMENTS = {
    "premise.md": "---\nkind: premise\nreveals: 0\n---\nQuillon counts the candles of a drowned palace.\n",
    "people.md": "## Quillon\n\n<!-- reveals: 1 -->\nQuillon keeps the Brumalia candles in the drowned palace.\n",
    "summary.md": (
        "## Chapter 1\n\nQuillon counts the candles of the Brumalia and waits for the tide in the lower halls.\n\n"
        "## Chapter 3\n\nZephyrine comes up the stairs with a lantern and calls Quillon by his name.\n\n"
        "## Chapter 5\n\nZephyrine leads Quillon out of the palace, and the sea takes the last of the candles.\n"
    ),
    "notes.md": "---\nkind: review\n---\nI liked how Zephyrine and the tide belong together in the end.\n",
}


def vellichor(club: int, marks: int = 5, **documents: str) -> BookText:
    """Return the book as a club has it."""
    toml = f'title = "Vellichor"\nauthor = "Ortensia Vale"\nunit = "chapter"\nmarks = {marks}\nseries = "Tidal Halls"\n'
    return BookText(f"vellichor-{club}", toml, DOCUMENTS | {f"{name}.md": text for name, text in documents.items()})


async def given(app: App, by: Member, text: BookText, before: str = "") -> Book:
    """Add a book to a club at once, and wait until all of it is read."""
    books = app.get(ClubBooks)
    await books.draft(by, text, "draft")
    added = await books.add(by, text.slug, "draft", before)
    await books.indexed()
    return added
