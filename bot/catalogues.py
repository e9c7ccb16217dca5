"""Open catalogues on the web: what they know of a book. Their own hosts alone are asked, politely (docs/sources.md)."""

import asyncio
import contextlib
import functools
import json
import logging
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
from cachetools import TTLCache

from bot import __version__
from bot.app import App
from bot.settings import Settings
from corpus.errors import DogearError
from corpus.importing.subject import bare_title, same_title, words

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds for an answer, with waiting for one's turn: an organiser looks on
PAUSE, REST = 1.0, 60.0  # seconds between two requests to a host, as they ask; and after one that was too many
LARGEST, TOGETHER, DAY = 3_000_000, 30_000_000, 86_400
"""Bytes of an answer, and of all that are remembered; the seconds for which they are."""

REDIRECTS = 3  # within one host
SHOWN = 10  # books of a list

_ISBN = re.compile(r"[\d\s-]{9,20}[\dXx]")
_FIELDS = ("key", "title", "author_name", "first_publish_year", "number_of_pages_median", "cover_i", "isbn")
_WORK, _ID = re.compile(r"/works/OL\d{1,12}W"), re.compile(r"[a-z0-9-]{1,200}")
_OTHER_THING = re.compile(r"\((?!.*(?:novel|book|stor|play|memoir)).+\)$", re.IGNORECASE)


class CatalogueProblem(DogearError):
    """A catalogue is away, off, or does not have a book; the message says so in one sentence."""


def isbn_of(typed: str) -> str:
    """Return what was typed as an ISBN without spaces and hyphens; nothing if it is none."""
    return re.sub(r"[\s-]", "", typed).upper() if _ISBN.fullmatch(typed.strip()) else ""


class Catalogues:
    """Open Library, the open casts and recaps, and Wikipedia: each is asked once a second at most."""

    def __init__(self, settings: Settings, pause: float = PAUSE, patience: float = PATIENCE) -> None:
        agent = f"Dogear/{__version__}" + (f" ({settings.catalogue_contact})" if settings.catalogue_contact else "")
        self._headers = {"User-Agent": agent, "Accept": "application/json", "Accept-Encoding": "identity"}
        self._settings, self._pause, self._patience = settings, pause, patience
        self._kept: TTLCache[str, bytes] = TTLCache(TOGETHER, DAY, getsizeof=len)
        self._turns: defaultdict[bytes, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free: defaultdict[bytes, float] = defaultdict(float)

    async def candidates(self, typed: str) -> list[dict[str, Any]]:
        """Return what Open Library has for a title or an ISBN, as it says it. Raises CatalogueProblem."""
        base, isbn, listed = self._settings.open_library_url, isbn_of(typed), []
        query = {"isbn": isbn} if isbn else {"q": typed}
        query |= {"fields": ",".join(_FIELDS), "limit": str(SHOWN)}
        found = await self._read("Open Library", base, "/search.json", **query)
        for book in _objects(found, "docs"):
            numbers = [str(number) for number in _list(book, "isbn")][:SHOWN]
            book["isbn"] = [isbn, *numbers] if isbn else numbers
            book["author_name"] = [str(name) for name in _list(book, "author_name")][:SHOWN]
            if isinstance(book.get("title"), str):
                listed.append({name: book[name] for name in _FIELDS if name in book})
        return listed[:SHOWN]

    async def described(self, book: dict[str, Any]) -> dict[str, Any]:
        """Return one of them with its description, where it has one and Open Library answers."""
        if _WORK.fullmatch(key := str(book.get("key"))):
            with contextlib.suppress(CatalogueProblem):
                found = await self._read("Open Library", self._settings.open_library_url, f"{key}.json")
                return book | {"description": _dict(found).get("description")}
        return book

    async def cast(self, title: str, author: str) -> bytes:
        """Return the open cast and recaps of a book. Raises CatalogueProblem."""
        name, base = "The catalogue of casts and recaps", self._settings.casts_url
        found = await self._read(name, base, "/api/v1/works/search", q=title, limit=str(SHOWN))
        for card in _objects(found, "results"):
            by = " ".join(str(one.get("name")) for one in _objects(card, "authors"))
            if _ID.fullmatch(known := str(card.get("id"))) and _is(str(card.get("title")), title, by, author):
                work = _dict(await self._read(name, base, f"/api/v1/works/{known}"))
                if work.get("characters") or work.get("recaps"):
                    return json.dumps(work).encode()
        raise CatalogueProblem(f"{name} has nothing about {title} yet.")

    async def article(self, title: str, author: str) -> bytes:
        """Return Wikipedia's article about a book, in its mark-up. Raises CatalogueProblem."""
        base, path, wanted = self._settings.wikipedia_url, "/w/rest.php/v1", f"{title} {author} novel"
        found = await self._read("Wikipedia", base, f"{path}/search/page", q=wanted, limit=str(SHOWN))
        for page in _objects(found, "pages"):
            if _is(str(page.get("title")), title) and (key := str(page.get("key"))):
                article = _dict(await self._read("Wikipedia", base, f"{path}/page/{quote(key, safe='')}"))
                if _is(title, title, said := str(article.get("source")), author):
                    return said.encode()
        raise CatalogueProblem(f"I can’t find {title} in Wikipedia.")

    async def facts(self, title: str, author: str) -> bytes:
        """Return what Open Library says of a book. Raises CatalogueProblem."""
        for book in await self.candidates(f"{title} {author}"):
            if _is(book["title"], title, " ".join(book["author_name"]), author):
                return json.dumps(await self.described(book)).encode()
        raise CatalogueProblem(f"Open Library doesn’t know “{title}”.")

    async def _read(self, name: str, base: str, path: str, **query: str) -> Any:  # noqa: ANN401 (whatever JSON holds)
        """Return what a catalogue says at a path; None where it has nothing there. Raises CatalogueProblem."""
        if not self._settings.catalogues:
            raise CatalogueProblem("The person who runs me has turned off looking things up in open catalogues.")
        try:
            url = httpx.URL(base.rstrip("/") + path, params=query or None)
            if (body := self._kept.get(str(url))) is None:
                async with asyncio.timeout(self._patience):
                    body = await self._fetched(url)
            found = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RecursionError) as error:
            log.info("%s cannot be used: %s", name, str(error) or type(error).__name__)
            raise CatalogueProblem(f"{name} doesn’t answer at the moment.") from error
        self._kept[str(url)] = body
        return found

    async def _fetched(self, url: httpx.URL) -> bytes:
        """Return the answer of a host; nothing leads to another one. Raises ValueError."""
        host = url.netloc
        for _ in range(REDIRECTS):
            async with self._turns[host]:
                if (wait := self._free[host] - time.monotonic()) > self._patience:
                    raise ValueError("it has to be left alone for a while")
                await asyncio.sleep(max(0.0, wait))
                self._free[host] = time.monotonic() + self._pause
            options: dict[str, Any] = {"headers": self._headers, "timeout": self._patience, "verify": _tls()}
            async with httpx.AsyncClient(**options) as client, client.stream("GET", url) as answer:
                if answer.has_redirect_location:
                    url = url.join(answer.headers["Location"])
                    if (url.scheme, url.netloc) != (answer.url.scheme, host):
                        raise ValueError("it leads to another host")
                elif answer.status_code == httpx.codes.NOT_FOUND:
                    return b"null"
                else:
                    return await self._body(answer)
        raise ValueError("it leads in circles")

    async def _body(self, answer: httpx.Response) -> bytes:
        if answer.status_code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
            said = answer.headers.get("Retry-After", "")
            self._free[answer.url.netloc] = time.monotonic() + (min(int(said), DAY) if said.isdecimal() else REST)
        if not answer.is_success or answer.headers.get("Content-Encoding", "identity") != "identity":
            raise ValueError(f"HTTP {answer.status_code}, {answer.headers.get('Content-Encoding', 'not packed')}")
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > LARGEST:
                raise ValueError("it is too large")
        return bytes(body)


def catalogues_of(app: App) -> Catalogues:
    """Return the catalogues of an app: there is one of each, as they remember and take turns."""
    return Catalogues(app.settings)


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _dict(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: object, name: str) -> list[Any]:
    return listed if isinstance(listed := _dict(found).get(name), list) else []


def _objects(found: object, name: str) -> Iterator[dict[str, Any]]:
    return (one for one in _list(found, name) if isinstance(one, dict))


def _is(found: str, title: str, by: str = "", author: str = "") -> bool:
    """Return whether something that was found has a book's title, and is by its author or speaks of them."""
    known = same_title(bare_title(found), title) and not _OTHER_THING.search(found)
    return known and set(words(author)[-1:]) <= set(words(by))
