"""Settings: read once from the environment and `.env`, checked as a whole, and handed on as one value."""

from __future__ import annotations

import difflib
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.db.session import EXAMPLE, ServerAddress
from bot.logs import LogFormat
from bot.people import Shards, ShardsUnclear
from corpus.errors import DogearError
from corpus.library import SHIPPED
from retrieval.location import EXAMPLE as CHROMA_EXAMPLE
from retrieval.location import ChromaServer

_SECRET_NAME = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD)$|PASSWORD$")
_IN_ADDRESS = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")
"""The password of an address, such as a proxy's: HTTPS_PROXY holds it under no name that says so."""

_OURS = "DOGEAR_"


class Variables:
    """Gives one variable after another; an empty one counts as not set. `problems` says what to write instead."""

    def __init__(self, environment: Mapping[str, str | None]) -> None:
        self._values = {name: value.strip() for name, value in environment.items() if value and value.strip()}
        self._asked: set[str] = set()
        self._passwords: set[str] = set()
        self.problems: dict[str, str] = {}

    def value(self, name: str) -> str | None:
        """Return what a variable is set to."""
        self._asked.add(name)
        return self._values.get(name)

    def secret(self, name: str) -> SecretStr | None:
        """Return a token or a key: one word of plain letters, as it was given out."""
        value = self.value(name)
        if value is None:
            return None
        if not value.isascii() or not value.isprintable() or " " in value:
            self.problems[name] = (
                "It holds a space or a letter that no token has. Copy it once more, without quotes and without “Bot”."
            )
        return SecretStr(value)

    def hide(self, *texts: str) -> None:
        """Count texts among the secrets, which the names of their variables do not say."""
        self._passwords.update(texts)

    def secrets(self) -> tuple[SecretStr, ...]:
        """Return every value whose name says that it is a secret, ours and those of any other library."""
        named = {value for name, value in self._values.items() if _SECRET_NAME.search(name.upper())}
        within = {found for value in self._values.values() for found in _IN_ADDRESS.findall(value)}
        return tuple(map(SecretStr, sorted(named | within | self._passwords)))

    def misspelt(self) -> dict[str, str]:
        """Return what is wrong with variables of ours that nothing has asked for."""
        ours = sorted(name for name in self._asked if name.startswith(_OURS))
        strangers = [name for name in self._values if name.startswith(_OURS) and name not in self._asked]
        nearest = {name: difflib.get_close_matches(name, ours, n=1, cutoff=0.8) for name in strangers}
        return {name: f"There is no such setting. Did you mean {near[0]}?" for name, near in nearest.items() if near}


def library(variables: Variables, name: str) -> Path | None:
    """Return the folder of a library, which must be there."""
    value = variables.value(name)
    folder = _path(value) if value else None
    if folder is not None and not _is_folder(folder):
        variables.problems[name] = (
            f"There is no folder {folder}. Write the folder that holds one folder for each book, "
            "or nothing for the library that comes with Dogear."
        )
    return folder


def data(variables: Variables, name: str) -> Path | None:
    """Return the folder for data, which is made when it is needed."""
    value = variables.value(name)
    folder = _path(value) if value else None
    if folder is not None and _is_file(folder):
        variables.problems[name] = f"{folder} is a file. Write a folder; it is made when it is needed."
    return folder


def embedding_model(variables: Variables, name: str) -> str | None:
    """Return the name of an embedding model, or its folder, which must then be there."""
    value = variables.value(name)
    if value is None or not (value.startswith((".", "~")) or Path(value).is_absolute()):
        return value
    folder = _path(value)
    if not _is_folder(folder):
        variables.problems[name] = f"There is no folder {folder}. Write a model's folder or name, or nothing."
    return str(folder)


def _path(value: str) -> Path:
    """Return the path that was written, from the home folder where it starts with `~` and there is one."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return Path(value)


def _is_folder(path: Path) -> bool:
    """Return whether there is such a folder and it may be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def log_level(variables: Variables, name: str) -> int | None:
    """Return the least level that is logged, as a number of `logging`."""
    value = variables.value(name)
    if value is None:
        return None
    if value.upper() not in LOG_LEVELS:
        variables.problems[name] = f"It is no level. Write one of {', '.join(LOG_LEVELS)}."
    return logging.getLevelNamesMapping().get(value.upper())


def log_format(variables: Variables, name: str) -> LogFormat:
    """Return how the log is written."""
    value = (variables.value(name) or LogFormat.TEXT).casefold()
    if value not in list(LogFormat):
        variables.problems[name] = f"It is no form of a log. Write {' or '.join(LogFormat)}."
        return LogFormat.TEXT
    return LogFormat(value)


MOST_DIGITS = 12

HIGHEST_PORT = 65_535

ON, OFF = {"1", "on", "yes", "true"}, {"0", "off", "no", "false"}
"""How people turn a setting on and off."""


def count(variables: Variables, name: str, usual: int) -> int:
    """Return a whole number above 0."""
    value = variables.value(name)
    if value is None:
        return usual
    if not value.isascii() or not value.isdecimal() or not int(value[:MOST_DIGITS]) > 0 or len(value) > MOST_DIGITS:
        variables.problems[name] = f"It is no whole number above 0. Write one such as {usual}."
        return usual
    return int(value)


def seconds(variables: Variables, name: str, usual: float, most: float) -> float:
    """Return a number of seconds above 0, and of `most` at most."""
    value = variables.value(name)
    if value is None:
        return usual
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        variables.problems[name] = f"It is no number of seconds up to {most:.0f}. Write a number such as {usual:.0f}."
    return number


def port(variables: Variables, name: str) -> int | None:
    """Return a port of this machine; 0 is none, as nothing is."""
    value = variables.value(name) or "0"
    if not (value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS and int(value) <= HIGHEST_PORT):
        variables.problems[name] = f"It is no port. Write a number up to {HIGHEST_PORT}, such as 9464, or nothing."
        return None
    return int(value) or None


def flag(variables: Variables, name: str) -> bool:
    """Return whether something is turned on."""
    value = (variables.value(name) or "0").casefold()
    if value not in ON | OFF:
        variables.problems[name] = "It is neither on nor off. Write 1 or 0."
    return value in ON


_CHAT_MODEL = re.compile(r"[a-z][a-z0-9_]*:\S+")


def address(variables: Variables, name: str) -> str | None:
    """Return the address of a server."""
    value = variables.value(name)
    if value is not None and (problem := _address_problem(value)):
        variables.problems[name] = problem
    return value


def database(variables: Variables, name: str) -> SecretStr | None:
    """Return the address of a database server; neither it nor its password may be logged."""
    value = variables.value(name)
    if value is None:
        return None
    try:
        variables.hide(value, *ServerAddress.of(value).passwords)
    except ValueError:
        variables.problems[name] = (
            f"It is no address of a PostgreSQL database. Write {EXAMPLE}, "
            "or nothing for a file in the data folder. In the password, write %40 for @, %2F for /, %3A for :, "
            "%23 for #, %3F for ? and %25 for %."
        )
    return SecretStr(value)


def chroma_url(variables: Variables, name: str) -> str | None:
    """Return the address of a Chroma server."""
    value = variables.value(name)
    if value is None:
        return None
    try:
        ChromaServer.of(value)
    except ValueError:
        variables.hide(value)  # whoever writes a password into it should not find it in a log
        variables.problems[name] = (
            f"It is no address of a Chroma server. Write {CHROMA_EXAMPLE}, or nothing for a store in the data folder. "
            "A token goes into CHROMA_TOKEN; behind a question mark, only database=… and tenant=… are understood, with "
            "3 to 60 letters, digits, _ and -."
        )
    return value


def shards(variables: Variables, name: str) -> Shards | None:
    """Return the shards of this process, where it does not have all there are."""
    value = variables.value(name)
    if value is None:
        return None
    try:
        return Shards.parse(value)
    except ShardsUnclear as unclear:
        variables.problems[name] = str(unclear)
        return None


def chat_model(variables: Variables, name: str) -> str | None:
    """Return the name of a chat model in LangChain's form."""
    value = variables.value(name)
    if value is not None and not _CHAT_MODEL.fullmatch(value):
        variables.problems[name] = (
            "It names no provider. Write provider:model, such as ollama:llama3.2 or openai:gpt-4o-mini, "
            "or nothing for answers in quote mode."
        )
    return value


def _address_problem(value: str) -> str:
    """Return what is wrong with the address of a server, or nothing."""
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or any(letter.isspace() for letter in value):
        return "It is no address. Write one such as http://127.0.0.1:11434/v1."
    if parts.username or parts.password:
        return "It holds a name or a password. Write the address alone, and the key in OPENAI_API_KEY."
    return ""


CHAT_TIMEOUT = 20.0
"""Seconds that a chat model has for an answer, where nothing else is set."""

MAX_CHAT_TIMEOUT = 600.0
"""Seconds. Discord takes a reply for 15 minutes at most, and nobody waits ten for an answer."""

MEMBER_QUESTIONS = 60
"""Questions of one member in ten minutes: more than anybody asks who reads the answers."""

CLUB_QUESTIONS = 600
"""Questions of one club in ten minutes: twice what fifty members ask in a busy evening."""

CLUB_TOKENS = 500_000
"""Tokens of the chat model that a club may use in a day: about 500 answers."""

DATA = Path("data")
"""Where the store and the club's data are kept, where nothing else is set."""


ONE_DATABASE = (
    "Processes that share the clubs share their data, so this needs DATABASE_URL, the same for all of them. "
    "docs/hosting.md says how to move to PostgreSQL."
)
"""What is wrong with SHARDS alone."""


class SettingsError(DogearError):
    """Settings that cannot be used: each wrong one by its name, with what to write instead. It shows no values."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(f"{name}: {problem}" for name, problem in self.problems.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person can set; `secrets` are all values of the environment that no log may show."""

    discord_token: SecretStr | None = None
    discord_api: str | None = None
    message_content: bool = False
    member_questions: int = MEMBER_QUESTIONS
    club_questions: int = CLUB_QUESTIONS
    club_tokens: int = CLUB_TOKENS
    chat_model: str | None = None
    chat_timeout: float = CHAT_TIMEOUT
    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    embedding_model: str | None = None
    library: Path = SHIPPED
    data: Path = DATA
    database: SecretStr | None = None
    chroma_url: str | None = None
    chroma_token: SecretStr | None = None
    shards: Shards | None = None
    log_level: int = logging.INFO
    log_format: LogFormat = LogFormat.TEXT
    metrics_port: int | None = None
    secrets: tuple[SecretStr, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str | None]) -> Settings:
        """Return the settings of an environment. Raises SettingsError, which names every wrong one."""
        read = Variables(environment)
        settings = cls(
            discord_token=read.secret("DISCORD_TOKEN"),
            discord_api=address(read, "DISCORD_API"),
            message_content=flag(read, "MESSAGE_CONTENT"),
            member_questions=count(read, "MEMBER_QUESTIONS", MEMBER_QUESTIONS),
            club_questions=count(read, "CLUB_QUESTIONS", CLUB_QUESTIONS),
            club_tokens=count(read, "CLUB_TOKENS", CLUB_TOKENS),
            chat_model=chat_model(read, "CHAT_MODEL"),
            chat_timeout=seconds(read, "CHAT_TIMEOUT", CHAT_TIMEOUT, MAX_CHAT_TIMEOUT),
            openai_base_url=address(read, "OPENAI_BASE_URL"),
            openai_api_key=read.secret("OPENAI_API_KEY"),
            embedding_model=embedding_model(read, "EMBEDDING_MODEL"),
            library=library(read, "DOGEAR_LIBRARY") or SHIPPED,
            data=data(read, "DOGEAR_DATA") or DATA,
            database=database(read, "DATABASE_URL"),
            chroma_url=chroma_url(read, "CHROMA_URL"),
            chroma_token=read.secret("CHROMA_TOKEN"),
            shards=shards(read, "SHARDS"),
            log_level=log_level(read, "LOG_LEVEL") or logging.INFO,
            log_format=log_format(read, "LOG_FORMAT"),
            metrics_port=port(read, "METRICS_PORT"),
            secrets=read.secrets(),
        )
        problems = read.problems | read.misspelt()
        if settings.shards is not None and settings.database is None:
            problems.setdefault("SHARDS", ONE_DATABASE)
        if problems:
            raise SettingsError(problems)
        return settings

    @property
    def club_data(self) -> str | Path:
        """Where the club's data is: a database server's address, which holds a password, or the data folder."""
        return self.database.get_secret_value() if self.database else self.data

    @property
    def chroma(self) -> ChromaServer | None:
        """The server that keeps the vector store, where it is not in the data folder."""
        token = self.chroma_token.get_secret_value() if self.chroma_token else ""
        return ChromaServer.of(self.chroma_url, token) if self.chroma_url else None
