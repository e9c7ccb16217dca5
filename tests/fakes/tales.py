"""A made-up series of three books, with all that a book's card can say, beside a book of no series."""

from pathlib import Path

from tests.fakes.bookshelf import write_book, write_kite

PILOT, LAMP_ROOM, TIDE = "the-pilot", "the-lamp-room", "the-last-tide"
SERIES = "Harbour Tales"
REASON = "The pilot’s old debt falls due in it."
"""Why The Lamp Room comes after The Pilot: told to those who have read four chapters of The Lamp Room."""

EARLY = "“The sea keeps no accounts.”"
EXPLICIT = "“They undressed in the chart room.”"
LATE = "“I was never the pilot.”"

_FIGURES = """
[ratings]
average = 3.9
count = 14248
reviews = 1
source = "A Reading Site"
as_of = 2019-02-11

[[editions]]
format = "Hardcover"
publisher = "Quay Press"
published = 1950-05-01

[[editions]]
format = "Audio CD"

[[similar]]
title = "The Riddle of the Sands"
author = "Erskine Childers"
why = "Two friends sail into a secret."
"""

_QUOTES = f"""
<!-- reveals: 1 -->
- {EARLY} (12 likes)

<!-- reveals: 2 -->
- {EXPLICIT} (3 likes, explicit)

<!-- reveals: 6 -->
- {LATE} (2 likes)
"""


def _requires(book: str, need: str, reason: str, reveals: int) -> str:
    return f'\n[[requires]]\nbook = "{book}"\nneed = "{need}"\nreason = "{reason}"\nreveals = {reveals}\n'


def _write(library: Path, slug: str, tables: str, documents: dict[str, str], **fields: object) -> None:
    folder = write_book(library, slug, documents, marks=6, unit="chapter", series=SERIES, author="M. Quay", **fields)
    with (folder / "book.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{tables}")


def write_tales(library: Path) -> None:
    """Write Harbour Tales, in which story time differs from publication, and The Kite.

    The Pilot has a quote in its first chapter, an explicit one, one at its end, and in chapter 3 two pages of them.
    """
    many = "".join(f"\n<!-- reveals: 3 -->\n- “Wave {n}. {'It rose and fell. ' * 12}”\n" for n in range(1, 13))
    pilot = {
        "premise.md": "---\nreveals: 0\n---\nA pilot brings ships into a harbour that is not on any map.\n",
        "quotes.md": f"---\nkind: quotes\n---\n{_QUOTES}{many}",
    }
    _write(library, PILOT, _FIGURES, pilot, year=1950, series_number=1, story_time=1920, pages=212)
    lamp = {"premise.md": "---\nreveals: 0\n---\nA room full of lamps.\n"}
    _write(library, LAMP_ROOM, _requires(PILOT, "first", REASON, 4), lamp, year=1955, series_number=2, story_time=1900)
    tide = {"summary.md": "## Chapter 1\n\nThe tide goes out and stays away.\n"}
    tables = _requires(LAMP_ROOM, "helps", "It remembers the lamps.", 0)
    _write(library, TIDE, tables, tide, year=1960, series_number=3, story_time=1930)
    write_kite(library)
