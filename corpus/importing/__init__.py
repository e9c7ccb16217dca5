"""Importing saved pages: Goodreads, Wikipedia, study pages, and any other page, into files that a person can edit."""

from corpus.importing.draft import Entry, Fate, ImportReport
from corpus.importing.importer import import_files

__all__ = ["Entry", "Fate", "ImportReport", "import_files"]
