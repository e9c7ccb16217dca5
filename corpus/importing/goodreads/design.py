"""The HTML of Goodreads, of both its designs, as the lines of the same page saved as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup, Tag

from corpus.importing.dates import DATE, MONTHS, date_in
from corpus.importing.goodreads.splitting import STARS
from corpus.importing.lines import AFTER_REVIEW, NAME, PHOTO, REVIEW, Line
from corpus.importing.markup import attribute, classes, lines_of, words_of

_WORDS = {stars: words for words, stars in STARS.items()}
_RATED = re.compile(r"Rating (\d) out of 5")
_PROFILE = re.compile(r"/user/show/|/user_challenges/|/people/")
_PEOPLE = frozenset({"user", "userName", "imgcol", "userReview", "Avatar", "ReviewerProfile", "ReviewCard__profile"})
_REVIEW_CLASSES = frozenset({"review", "ReviewCard"})
_TEXT_CLASSES = ("reviewText", "ReviewText", "readable")
_UNTOLD = frozenset({"SocialSignalsSection", "reviewFooter", "updateActionLinks", "likeItContainer"})
_SERIES = re.compile(r"Book ([\d.]+) in the (.{1,100}) series")


def goodreads_lines(tree: BeautifulSoup) -> list[Line]:
    """Return the lines of the page; a name of a person becomes a mark, and every review begins with one."""
    return lines_of(tree.body or tree, _rule)


def _rule(tag: Tag) -> str | Sequence[Line] | bool | None:
    if is_person(tag):
        return NAME if tag.get_text(strip=True) else ""
    names = set(classes(tag))
    if _is_review(tag, names):
        return _review(tag)
    if names & _UNTOLD:
        return ""
    if tag.name == "img":
        return _picture(tag)
    if "spoilerContainer" in names:
        return True  # between “(view spoiler)[” and “(hide spoiler)]”, as in text
    if "Formatted" in names:
        return lines_of(tag, _rule)
    if attribute(tag, "data-testid") in ("ratingsCount", "reviewsCount"):
        return [Line(words_of(tag))]
    if "ContributorLink__name" in names:
        return [Line(f"by {words_of(tag)}")]
    if (series := _SERIES.search(attribute(tag, "aria-label"))) is not None:
        return [Line(f"({series[2]} #{series[1]})")]
    return _shortened(tag)


def is_person(tag: Tag) -> bool:
    """Return whether an element names or shows a reader."""
    if tag.name == "a" and _PROFILE.search(attribute(tag, "href")[:300]):
        return True
    if not _PEOPLE.isdisjoint(classes(tag)):
        return True
    return attribute(tag, "itemprop") == "author" and tag.find(class_="user") is not None


def _is_review(tag: Tag, names: set[str]) -> bool:
    if tag.name not in ("div", "article", "li", "section"):
        return False
    if names & _REVIEW_CLASSES or attribute(tag, "itemprop") in ("reviews", "review"):
        return any(tag.find(class_=name) is not None for name in _TEXT_CLASSES)
    return False


def _review(tag: Tag) -> list[Line]:
    """Return a review as text has it: a line with date and stars, then what was written."""
    stars, date = _stars(tag), _date(tag)
    said = f"{date} rated it {_WORDS[stars]}".strip() if stars else f"{date} added it"
    text = next((found for name in _TEXT_CLASSES if (found := tag.find(class_=name)) is not None), None)
    written = [line for line in lines_of(text, _rule) if line.text != NAME] if text else []
    while written and not written[0].text and not written[0].mark:
        written.pop(0)
    heading = [Line(said)] if stars or date else []
    return [Line("", mark=REVIEW), *heading, *written, Line("", mark=AFTER_REVIEW)]


def _stars(tag: Tag) -> int | None:
    for element in tag.find_all(["span", "div", "meta"], limit=400):
        label, title = attribute(element, "aria-label"), attribute(element, "title").strip().lower()
        if rated := _RATED.match(label):
            return int(rated[1]) if 1 <= int(rated[1]) <= 5 else None
        if "staticStars" in classes(element) and (title in STARS or words_of(element).lower() in STARS):
            return STARS.get(title) or STARS[words_of(element).lower()]
    return None


def _date(tag: Tag) -> str:
    for link in tag.find_all(["a", "span", "time", "meta"], limit=400):
        said = attribute(link, "datetime") or (attribute(link, "content") if link.name == "meta" else words_of(link))
        if "reviewDate" in classes(link) or re.fullmatch(rf"{DATE}|\d{{4}}-\d\d-\d\d", said):
            day = date_in(said)
            return f"{MONTHS[day.month - 1]} {day.day:02d}, {day.year}" if day else ""
    return ""


def _picture(tag: Tag) -> str | Sequence[Line]:
    """Return what a picture stands for: the title of a book in a list, a photo in a review, or nothing."""
    for parent in list(tag.parents)[:6]:
        if not {"cover", "bookCover"}.isdisjoint(classes(parent)):
            return attribute(parent, "title") or attribute(tag, "alt")
        if not set(_TEXT_CLASSES).isdisjoint(classes(parent)):
            return [Line("", mark=PHOTO)]
    return ""


def _shortened(tag: Tag) -> str | bool | None:
    """Keep the whole of a text that the page holds twice, and let go of its beginning and of the link between."""
    if _is_whole(tag):
        return True
    if _is_whole(tag.find_next_sibling()):
        return ""
    if tag.name in ("a", "button") and re.fullmatch(r"\(?(?:\.{3}|…)?\s?(?:more|less)\)?", tag.get_text(strip=True)):
        return "" if _is_whole(tag.find_previous_sibling()) or "less" in tag.get_text() else "...more"
    return None


def _is_whole(tag: Tag | None) -> bool:
    """Return whether an element is the hidden whole of a text of which the page shows the beginning."""
    named = attribute(tag, "id") if tag is not None else ""
    return named.startswith("freeText") and not named.startswith("freeTextContainer")
