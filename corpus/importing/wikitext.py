"""Articles in Wikipedia's own mark-up, and as plain text with a list of facts at the top."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import mwparserfromhell
from mwparserfromhell.nodes import Node
from mwparserfromhell.wikicode import Wikicode

from corpus.errors import ImportRefused
from corpus.importing import wikipedia
from corpus.importing.page import PageLine, SavedPage, one_line

MAX_MARKUP, MAX_OPENED = 500_000, 20_000
"""Characters of mark-up, of which the longest articles have as many; brackets and braces, which take time to parse."""

_HEADING = re.compile(r"^(={1,6})\s*([^=\n]{1,200}?)\s*\1\s*$", re.MULTILINE)
_TITLE = re.compile(r"\s*=\s*([^=\n]{1,150}?)\s*=\s*\n")
_FEATURES = (
    re.compile(r"\{\{\s*infobox\b", re.IGNORECASE), re.compile(r"\[\[[^\[\]\n]{1,200}\]\]"),
    re.compile(r"'''[^'\n]{1,200}'''"), re.compile(r"<ref[ >/]"), re.compile(r"\{\{[^{}\n]{1,200}\}\}"), _HEADING,
)  # fmt: skip
_GONE = ("ref", "table", "gallery", "references", "math", "timeline", "imagemap", "score", "style", "script")
_WORDS_IN = re.compile(
    r"(?:lang|nowrap|transl|quote|blockquote|nihongo|small|big|nobold|noitalic|abbr)\b", re.IGNORECASE
)
_LISTED = re.compile(r"(?:ubl|unbulleted list|plainlist|hlist|flatlist|cslist)\b", re.IGNORECASE)
_FILE = re.compile(r"\s*:?(?:file|image|datei|fichier|category|kategorie|[a-z]{2,3})\s*:", re.IGNORECASE)
_ITEM = re.compile(r"^[*#]+[ \t]*", re.MULTILINE)
_BULLET = "\ue000"
_ROW = re.compile(
    r"^\W{0,3}(authors?|translator|illustrator|cover artist|country|language|series|genre|publisher|published"
    r"|publication date|publication place|release date|media type|pages|isbn|oclc|preceded by|followed by"
    r"|original title|set in|subject|dewey decimal|lc class|text|awards)\b\s*[:|–-]?\s+(\S.{0,200})$",
    re.IGNORECASE,
)


def is_wikitext(page: SavedPage) -> bool:
    """Return whether a text is an article in wiki mark-up, or one that begins with a list of facts."""
    if page.markup is not None or not page.source:
        return False
    head = page.source[:200_000]
    marked = sum(bool(feature.search(head)) for feature in _FEATURES)
    listed = len(_rows(page.lines)[0]) > 2
    return marked > 1 or bool(_TITLE.match(head)) or (listed and (marked > 0 or wikipedia.matches(page)))


def read_wikitext(page: SavedPage) -> SavedPage:
    """Return an article without its mark-up, with the facts of its infobox or list. Raises ImportRefused."""
    if any(feature.search(page.source[:200_000]) for feature in _FEATURES[:5]):
        if len(page.source) > MAX_MARKUP or len(re.findall(r"[\[{<']", page.source)) > MAX_OPENED:
            what = f"{page.name} holds more mark-up than an article."
            raise ImportRefused(f"{what} Save the article's page and import that.")
        rows, lines = _of_markup(page.source)
    else:
        rows, after = _rows(page.lines)
        lines = [line for line in page.lines[after:] if not _TITLE.match(f"{line.text}\n")]
        rows |= {"name": titled[1]} if (titled := _TITLE.match(page.source)) else {}
    dated = {re.sub(r"(?:release|pub|publication)[_ ]date", "published", name): value for name, value in rows.items()}
    facts = replace(wikipedia.facts_of(dated), title=rows.get("name", ""))
    return replace(page, lines=tuple(lines), kind=wikipedia.SITE, facts=facts)


def _rows(lines: Sequence[PageLine]) -> tuple[dict[str, str], int]:
    """Return the list of facts before the first paragraph, and the number of lines up to its end."""
    rows: dict[str, str] = {}
    last = 0
    for n, line in enumerate(lines[:80]):
        if row := _ROW.match(line.text):
            rows.setdefault(row[1].casefold(), row[2])
            last = n + 1
        elif len(line.text) > 100 or (last and line.text.endswith(".")):
            break
    return rows, last


def _of_markup(source: str) -> tuple[dict[str, str], list[PageLine]]:
    """Return the rows of the infobox, and the lines of the article without mark-up."""
    rows: dict[str, str] = {}
    lines: list[PageLine] = []
    cut = _HEADING.split(source)
    for level, title, text in zip(["", *cut[1::3]], ["", *cut[2::3]], cut[::3], strict=True):
        if title:
            lines += [PageLine(""), PageLine(one_line(_words(mwparserfromhell.parse(title))), level=len(level))]
        code = mwparserfromhell.parse(_ITEM.sub(f"{_BULLET} ", text), skip_style_tags=False)
        if not rows:
            rows = _infobox(code)
        for row in _words(code).split("\n"):
            words = " ".join(row.split())
            item = words.startswith(_BULLET)
            words = re.sub(r"__[A-Z]+__|'{2,}|\[\[|\]\]|\{\{|\}\}", "", words.replace(_BULLET, "")).strip(" :;")
            if not words.startswith(("|", "!", "{|")):
                lines.append(PageLine(words, item=item))
    return rows, lines


def _infobox(code: Wikicode) -> dict[str, str]:
    templates = code.filter_templates(recursive=False)
    boxes = [box for box in templates if str(box.name).strip().lower().startswith("infobox")]
    told = {str(one.name).strip().lower(): _words(one.value, listed=True) for one in boxes[0].params} if boxes else {}
    return {name: one_line(value)[:200].strip(" ,") for name, value in told.items()}


def _words(code: Wikicode, *, listed: bool = False) -> str:
    """Return the words of mark-up; templates and tags that hold none are left out."""
    for template in code.filter_templates(recursive=False):
        name = str(template.name).strip()
        values = [str(one.value).strip() for one in template.params if not one.showkey]
        if listed and "date" in name.casefold():
            _replace(code, template, "-".join(value.zfill(2) for value in values if value.isdigit()))
        elif listed and _LISTED.match(name):
            _replace(code, template, ", ".join(one_line(value.replace("*", ", ")) for value in values))
        elif _WORDS_IN.match(name) and values:
            _replace(code, template, values[-1])
        else:
            _replace(code, template, "")
    for tag in code.filter_tags(matches=lambda tag: str(tag.tag).strip().casefold() in _GONE):
        _replace(code, tag, "")
    for link in code.filter_wikilinks(matches=lambda link: bool(_FILE.match(str(link.title)))):
        _replace(code, link, "")
    return str(mwparserfromhell.parse(str(code)).strip_code())


def _replace(code: Wikicode, node: Node, words: str) -> None:
    with suppress(ValueError):  # it went with what was around it
        code.replace(node, words)
