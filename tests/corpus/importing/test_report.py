"""What an import says of itself."""

from __future__ import annotations

from pathlib import Path

from corpus.importing.draft import Entry, Fate, ImportReport, Ledger


def test_equal_things_are_counted_together_and_told_by_their_fate() -> None:
    ledger = Ledger("page.html")
    ledger.add(Fate.DROPPED, "lines", 2, "navigation")
    ledger.add(Fate.RECOGNISED, "a page of Goodreads")
    ledger.add(Fate.DROPPED, "lines", 3, "navigation")
    ledger.add(Fate.DROPPED, "lines", 1, "photos")
    ledger.add(Fate.INFERRED, "reviews", 0, "by matching")
    assert list(ledger.entries()) == [
        Entry("page.html", Fate.RECOGNISED, "a page of Goodreads"),
        Entry("page.html", Fate.DROPPED, "lines", 5, "navigation"),
        Entry("page.html", Fate.DROPPED, "lines", 1, "photos"),
    ]


def test_an_entry_is_a_line_that_a_person_reads() -> None:
    assert str(Entry("a.txt", Fate.DROPPED, "lines", 5, "navigation")) == "a.txt: dropped: lines: 5 (navigation)"
    assert str(Entry("a.txt", Fate.RECOGNISED, "a study page")) == "a.txt: recognised: a study page"


def test_a_report_ends_with_what_was_written_or_that_nothing_was() -> None:
    entries = (Entry("a.txt", Fate.PLACED, "reviews", 1, "x=9"), Entry("a.txt", Fate.NOTED, "look here"))
    report = ImportReport("x", entries, (Path("library/x/reviews.md"),))
    assert report.changed
    assert report.of(Fate.NOTED) == [entries[1]]
    assert report.lines()[-1] == f"wrote {Path('library/x/reviews.md')}"
    assert ImportReport("x", entries, ()).lines()[-1] == "Nothing changed: all of it is already there."
