"""Settings: read once from the environment and `.env`, checked as a whole, and handed on as one value."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.club.shards import Shards
from bot.environment import folders, logged, numbers, servers
from bot.environment.variables import Variables
from bot.logs import LogFormat
from corpus.errors import DogearError
from corpus.library import SHIPPED
from retrieval.location import ChromaServer

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
            discord_api=servers.address(read, "DISCORD_API"),
            message_content=numbers.flag(read, "MESSAGE_CONTENT"),
            member_questions=numbers.count(read, "MEMBER_QUESTIONS", MEMBER_QUESTIONS),
            club_questions=numbers.count(read, "CLUB_QUESTIONS", CLUB_QUESTIONS),
            club_tokens=numbers.count(read, "CLUB_TOKENS", CLUB_TOKENS),
            chat_model=servers.chat_model(read, "CHAT_MODEL"),
            chat_timeout=numbers.seconds(read, "CHAT_TIMEOUT", CHAT_TIMEOUT, MAX_CHAT_TIMEOUT),
            openai_base_url=servers.address(read, "OPENAI_BASE_URL"),
            openai_api_key=read.secret("OPENAI_API_KEY"),
            embedding_model=folders.embedding_model(read, "EMBEDDING_MODEL"),
            library=folders.library(read, "DOGEAR_LIBRARY") or SHIPPED,
            data=folders.data(read, "DOGEAR_DATA") or DATA,
            database=servers.database(read, "DATABASE_URL"),
            chroma_url=servers.chroma_url(read, "CHROMA_URL"),
            chroma_token=read.secret("CHROMA_TOKEN"),
            shards=servers.shards(read, "SHARDS"),
            log_level=logged.log_level(read, "LOG_LEVEL") or logging.INFO,
            log_format=logged.log_format(read, "LOG_FORMAT"),
            metrics_port=numbers.port(read, "METRICS_PORT"),
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
