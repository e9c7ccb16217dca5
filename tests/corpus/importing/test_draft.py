"""What an import says of itself."""

from pathlib import Path

from corpus.importing.draft import ImportReport, Ledger, ReportEntry, Status


def test_equal_things_are_counted_together_and_told_by_their_fate() -> None:
    ledger = Ledger("page.html")
    ledger.add(Status.DROPPED, "lines", 2, "navigation")
    ledger.add(Status.RECOGNISED, "a page of Goodreads")
    ledger.add(Status.DROPPED, "lines", 3, "navigation")
    ledger.add(Status.DROPPED, "lines", 1, "photos")
    ledger.add(Status.INFERRED, "reviews", 0, "by matching")
    assert list(ledger.entries()) == [
        ReportEntry("page.html", Status.RECOGNISED, "a page of Goodreads"),
        ReportEntry("page.html", Status.DROPPED, "lines", 5, "navigation"),
        ReportEntry("page.html", Status.DROPPED, "lines", 1, "photos"),
    ]


def test_an_entry_is_a_line_that_a_person_reads() -> None:
    assert (
        str(ReportEntry("a.txt", Status.DROPPED, "lines", 5, "navigation")) == "a.txt: dropped: lines: 5 (navigation)"
    )
    assert str(ReportEntry("a.txt", Status.RECOGNISED, "a study page")) == "a.txt: recognised: a study page"


def test_a_report_ends_with_what_was_written_or_that_nothing_was() -> None:
    entries = (
        ReportEntry("a.txt", Status.PLACED, "reviews", 1, "x=9"),
        ReportEntry("a.txt", Status.NOTED, "look here"),
    )
    report = ImportReport("x", entries, (Path("library/x/reviews.md"),))
    assert report.changed
    assert report.of(Status.NOTED) == [entries[1]]
    assert report.lines()[-1] == f"wrote {Path('library/x/reviews.md')}"
    assert ImportReport("x", entries, ()).lines()[-1] == "Nothing changed: all of it is already there."
