"""Importing saved pages: Goodreads, Wikipedia, study pages, and any other page, into files that a person can edit."""

from corpus.importing.importer import import_files
from corpus.importing.report import Entry, Fate, ImportReport

__all__ = ["Entry", "Fate", "ImportReport", "import_files"]
