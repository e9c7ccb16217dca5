"""A member's own list of books, as Goodreads, The StoryGraph and LibraryThing export it: shelves and stars."""

import csv
import io
import re
from dataclasses import dataclass

from corpus.importing.subject import bare_title

MAX_LISTED = 5_000  # books of a list that are read
_SITES = {"exclusive shelf": "Goodreads", "read status": "The StoryGraph", "primary author": "LibraryThing"}
_SHELVES = {
    "to-read": "want to read", "currently-reading": "reading", "read": "finished",
    **dict.fromkeys(("did-not-finish", "dnf", "paused", "abandoned"), "set aside"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedBook:
    """A book of a list: its title, the shelf as members call it, and whole stars, if any."""

    title: str
    shelf: str
    stars: int | None = None


def site_of(text: str) -> str:
    """Return the site that a table of a member's books comes from, or "" for any other text."""
    columns = {cell.strip(' "\ufeff').casefold() for cell in re.split(r"[,;\t]", text[:5_000].partition("\n")[0])}
    if not {"title", "primary author", "book title"} & columns or len(columns) <= 3:
        return ""
    return next((site for column, site in _SITES.items() if column in columns), "another site")


def listed_books(text: str) -> list[ListedBook]:
    """Return the books of a table that say on which shelf they are; two rows of one book are one."""
    found: dict[str, ListedBook] = {}
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    for _, row in zip(range(MAX_LISTED), rows, strict=False):
        said = {(name or "").strip().casefold(): value.strip() for name, value in row.items() if isinstance(value, str)}
        shelf = _SHELVES.get((said.get("exclusive shelf") or said.get("read status") or "").casefold())
        title = re.sub(r"\s*\([^()]{1,100}#[^()]{1,20}\)$", "", said.get("title", "")[:300]).strip()
        stars = re.match(r"[0-5](?:\.\d+)?", said.get("my rating") or said.get("star rating") or "")
        if shelf and bare_title(title):
            found[title.casefold()] = ListedBook(title, shelf, round(float(stars[0])) or None if stars else None)
    return list(found.values())
