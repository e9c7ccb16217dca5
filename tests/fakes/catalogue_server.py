"""Open Library, the open casts and recaps, and Wikipedia, on the loopback address, in the shapes that each documents.

Open Library: https://openlibrary.org/dev/docs/api/search and /works/OL…W.json. Casts: the OpenAPI document of
meta.audiosilo.app. Wikipedia: the MediaWiki REST API, /search/page and /page/{title}.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from bot.settings import Settings
from tests.fakes.http_server import NOTHING, HttpServer, Request

Behaviour = Literal[
    "answer", "error", "too many", "slow", "garbage", "huge", "packed", "elsewhere", "circle", "other shape"
]  # fmt: skip

KEY = "/works/OL7W"
BOOK: dict[str, Any] = {
    "key": KEY, "title": "Vellichor", "author_name": ["Ortensia Vale"], "first_publish_year": 2020,
    "number_of_pages_median": 272, "cover_i": 99, "isbn": ["0306406152", "9780306406157"], "language": ["eng"],
}  # fmt: skip
OTHER = {"key": "/works/OL8W", "title": "Vellichor Revisited", "author_name": ["Nobody Atall"], "ebook_access": "none"}
DESCRIPTION = "A keeper counts candles in a drowned palace, and waits for the tide."
CAST: dict[str, Any] = {
    "id": "vellichor", "title": "Vellichor", "authors": [{"id": "ortensia-vale", "name": "Ortensia Vale"}],
    "language": "en", "series": [], "recordings": None,
    "characters": [
        {"id": "quillon", "name": "Quillon", "role": "protagonist", "reveal": {"chapter": 1},
         "description": "Quillon counts the candles of the Brumalia in the lower halls."},
        {"id": "zephyrine", "name": "Zephyrine", "reveal": {"chapter": 1},
         "description": "Zephyrine carries a lantern and comes up the stairs to Quillon."},
    ],
    "recaps": [{"through": {"chapter": 5}, "scope": "book", "text": "Zephyrine has led Quillon out of the palace."}],
}  # fmt: skip
ARTICLE = (
    "{{Infobox book\n| name = Vellichor\n| author = [[Ortensia Vale]]\n| pages = 272\n}}\n"
    "'''''Vellichor''''' is a 2020 fantasy novel by Ortensia Vale.\n\n== Plot ==\n"
    "Quillon lives alone in a palace. In the end Zephyrine leads him out, and it was [[Brumalia]] that drowned it.\n"
)
BAD: dict[Behaviour, tuple[int, bytes, Mapping[str, str]]] = {
    "error": (500, b"<h1>Internal Server Error</h1>", NOTHING),
    "too many": (429, b'{"error": "slow down"}', {"Retry-After": "120"}),
    "garbage": (200, b"<!doctype html><title>Sign in</title>", NOTHING),
    "huge": (200, b'{"docs": [' + b"1, " * 1_500_000 + b"1]}", NOTHING),
    "packed": (200, b"\x1f\x8b", {"Content-Encoding": "gzip"}),
    "other shape": (200, b'{"docs": {"a": 1}, "results": [7, null, {"id": 3}], "pages": "none"}', NOTHING),
}
CARD: dict[str, Any] = {"kind": "work", "series": None, "cover_url": None, "added_at": None, "narrators": []}


class CatalogueServer(HttpServer):
    """All three at one address; `behaviour` is how it answers, or how it answers below a path."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = "answer"
        self.below = ""
        self.elsewhere = ""
        self.asked: list[str] = []
        self.agents: set[str] = set()
        super().__init__()

    def settings(self, **more: Any) -> Settings:  # noqa: ANN401
        """Return the settings that lead here."""
        return Settings(open_library_url=self.url, casts_url=self.url, wikipedia_url=self.url, **more)

    def respond(self, request: Request) -> None:
        """Answer as the three do, or as `behaviour` says."""
        where = urlsplit(request.path)
        self.asked.append(request.path)
        self.agents.add(request.headers["User-Agent"])
        behaviour = self.behaviour if where.path.startswith(self.below) else "answer"
        if behaviour == "slow":
            self.closing.wait(30)
        elif behaviour in ("elsewhere", "circle"):
            request.send(302, b"", {"Location": self.elsewhere or request.path})
        elif behaviour in BAD:
            request.send(*BAD[behaviour])
        elif (found := answer(unquote(where.path), parse_qs(where.query))) is None:
            request.send(404, b'{"error": "no such record"}')
        else:
            request.send(200, json.dumps(found).encode())


catalogue_server = CatalogueServer


def answer(path: str, query: dict[str, list[str]]) -> object:
    """Return what a path answers; None where there is nothing."""
    typed = " ".join((query.get("q") or query.get("isbn") or [""])[0].split()).casefold()
    if path == "/search.json":
        docs = [BOOK, OTHER] if "vellichor" in typed else [BOOK] if typed in BOOK["isbn"] else []
        return {"numFound": len(docs), "start": 0, "numFoundExact": True, "docs": docs}
    if path == f"{KEY}.json":
        return {"key": KEY, "title": "Vellichor", "description": {"type": "/type/text", "value": DESCRIPTION}}
    if path == "/api/v1/works/search":
        cards = [CARD | {name: CAST[name] for name in ("id", "title", "authors")}]
        return {"results": cards if "vellichor" in typed else []}
    if path == "/api/v1/works/vellichor":
        return CAST
    if path == "/w/rest.php/v1/search/page":
        pages = [("Vellichor (film)", "2024 film"), ("Vellichor (novel)", "2020 novel by Ortensia Vale")]
        found = [{"id": n, "key": t.replace(" ", "_"), "title": t, "description": d} for n, (t, d) in enumerate(pages)]
        return {"pages": found if "vellichor" in typed else []}
    if path == "/w/rest.php/v1/page/Vellichor_(novel)":
        return {"id": 1, "key": "Vellichor_(novel)", "title": "Vellichor (novel)", "source": ARTICLE}
    return None
