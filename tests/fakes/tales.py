"""Books of a series, in which story time differs from publication: what books say of themselves, and of each other."""

from pathlib import Path
from shutil import copytree

from tests.fakes.bookshelf import write_kite

PILOT = "the-pilot"
SERIES = "Harbour Tales"
REASON = "The pilot’s old debt falls due in it."
"""Why The Lamp Room comes after The Pilot: told to those who have read four chapters of The Lamp Room."""

EARLY = "“The sea keeps no accounts.”"
EXPLICIT = "“They undressed in the chart room.”"
LATE = "“I was never the pilot.”"


def write_tales(library: Path) -> None:
    """Write Harbour Tales, in which story time differs from publication, and The Kite.

    The Pilot has a quote in its first chapter, an explicit one, one at its end, and in chapter 3 two pages of them.
    """
    copytree(Path(__file__).parent / "tales_library", library, dirs_exist_ok=True)
    write_kite(library)
