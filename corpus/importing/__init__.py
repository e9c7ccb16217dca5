"""Importing saved pages (Goodreads, Wikipedia, study guides and others) into a library."""

from corpus.importing.draft import ImportReport, ReportEntry, Status
from corpus.importing.importer import import_files

__all__ = ["ImportReport", "ReportEntry", "Status", "import_files"]
