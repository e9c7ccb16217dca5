"""Settings: read once from the environment and `.env`, checked as a whole, and handed on as one value."""

import contextlib
import difflib
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AliasGenerator, BeforeValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from bot.db.sessions import EXAMPLE, Address
from bot.logs import LogFormat
from bot.people import Shards, ShardsUnclear
from corpus.errors import DogearError
from corpus.library import SHIPPED
from retrieval.location import EXAMPLE as CHROMA_EXAMPLE
from retrieval.location import ChromaServer

CHAT_TIMEOUT = 20.0
"""Seconds that a chat model has for an answer, where nothing else is set."""

CHAT_CALLS = 4
"""Calls of the chat model at once: a hosted model takes more, and one on a processor does one after the other."""

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

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

ONE_DATABASE = (
    "Processes that share the clubs share their data, so this needs DATABASE_URL, the same for all of them. "
    "docs/hosting.md says how to move to PostgreSQL."
)
"""What is wrong with SHARDS alone."""

_OURS = "DOGEAR_"
_SECRET_NAME = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD)$|PASSWORD$")
_IN_ADDRESS = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")
"""The password of an address, such as a proxy's: HTTPS_PROXY holds it under no name that says so."""


class SettingsError(DogearError):
    """Settings that cannot be used: each wrong one by its name, with what to write instead. It shows no values."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(f"{name}: {problem}" for name, problem in self.problems.items()))


class _Wrong(ValueError):
    """A value whose problem needs another sentence than the description of its setting."""


def _token(value: SecretStr) -> SecretStr:
    """Check a token or a key: one word of plain letters, as it was given out."""
    word = value.get_secret_value()
    if not word.isascii() or not word.isprintable() or " " in word:
        raise _Wrong(
            "This holds a space or a letter that no token has. Copy it once more, without quotes and without “Bot”."
        )
    return value


def _web_address(value: str) -> str:
    """Check the address of a web server; it is used as it was written."""
    try:
        url = HttpUrl("" if re.search(r"\s", value) else value)
    except ValidationError:
        raise _Wrong("This is no address. Write one such as http://127.0.0.1:11434/v1.") from None
    if url.username or url.password:
        raise _Wrong("This holds a name or a password. Write the address alone, and the key in OPENAI_API_KEY.")
    return value


def _database(value: SecretStr) -> SecretStr:
    Address.of_server(value.get_secret_value())
    return value


def _chroma(value: str) -> str:
    ChromaServer.of(value)
    return value


def _shards(value: object) -> object:
    try:
        return Shards.parse(value) if isinstance(value, str) else value
    except ShardsUnclear as unclear:
        raise _Wrong(str(unclear)) from None


def _home(path: Path) -> Path:
    """Return a path, from the home folder where it starts with `~` and there is one."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _folder(path: Path) -> Path:
    """Check that a folder is there and may be looked at."""
    path = _home(path)
    try:
        there = path.is_dir()
    except OSError:
        there = False
    if not there:
        raise _Wrong(
            f"There is no folder {path}. Write the folder that holds one folder for each book, "
            "or nothing for the library that comes with Dogear."
        )
    return path


def _data_folder(path: Path) -> Path:
    """Check that a path can be a folder: it is made when it is needed."""
    path = _home(path)
    try:
        taken = path.is_file()
    except OSError:
        taken = False
    if taken:
        raise _Wrong(f"{path} is a file. Write a folder; it is made when it is needed.")
    return path


def _embedding_model(value: str) -> str:
    """Check a model's name, or its folder, which must be there."""
    if not (value.startswith((".", "~")) or Path(value).is_absolute()):
        return value
    try:
        return str(_folder(Path(value)))
    except _Wrong:
        raise _Wrong(f"There is no folder {_home(Path(value))}. Write a model's folder or name, or nothing.") from None


def _log_level(value: object) -> object:
    name = str(value).upper()
    return logging.getLevelNamesMapping()[name] if name in LOG_LEVELS else value


_Token = Annotated[SecretStr, AfterValidator(_token)]
_WebAddress = Annotated[str, AfterValidator(_web_address)]


def _count(usual: int) -> int:
    """Return the field of a number that is above 0."""
    field: int = Field(
        usual, gt=0, lt=10**12, description=f"This is no whole number above 0. Write one such as {usual}."
    )
    return field


class Settings(BaseSettings):
    """What a person can set; `secrets` are all values of the environment that no log may show.

    A field's description is what a person is told whose value does not fit.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        case_sensitive=True,
        alias_generator=AliasGenerator(validation_alias=str.upper),
        validate_by_name=True,
        validate_by_alias=True,
    )

    discord_token: _Token | None = None
    discord_api: _WebAddress | None = None
    message_content: bool = Field(default=False, description="This is neither on nor off. Write 1 or 0.")
    member_questions: int = _count(MEMBER_QUESTIONS)
    club_questions: int = _count(CLUB_QUESTIONS)
    club_tokens: int = _count(CLUB_TOKENS)
    chat_model: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*:\S+$",
        description="This names no provider. Write provider:model, such as ollama:llama3.1:8b or openai:gpt-4o-mini, "
        "or nothing for answers in quote mode.",
    )
    chat_timeout: float = Field(
        default=CHAT_TIMEOUT,
        gt=0,
        le=MAX_CHAT_TIMEOUT,
        description=f"This is no number of seconds up to {MAX_CHAT_TIMEOUT:.0f}. "
        f"Write a number such as {CHAT_TIMEOUT:.0f}.",
    )
    chat_calls: int = _count(CHAT_CALLS)
    openai_base_url: _WebAddress | None = None
    openai_api_key: _Token | None = None
    embedding_model: Annotated[str, AfterValidator(_embedding_model)] | None = None
    library: Annotated[Path, AfterValidator(_folder)] = Field(default=SHIPPED, validation_alias="DOGEAR_LIBRARY")
    data: Annotated[Path, AfterValidator(_data_folder)] = Field(default=DATA, validation_alias="DOGEAR_DATA")
    database: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description=f"This is no address of a PostgreSQL database. Write {EXAMPLE}, "
        "or nothing for a file in the data folder. In the password, write %40 for @, %2F for /, %3A for :, "
        "%23 for #, %3F for ? and %25 for %.",
    )
    chroma_url: Annotated[str, AfterValidator(_chroma)] | None = Field(
        default=None,
        description=f"This is no address of a Chroma server. Write {CHROMA_EXAMPLE}, or nothing for a store in the "
        "data folder. A token goes into CHROMA_TOKEN; after a question mark, only database=… and tenant=… are "
        "understood, with 3 to 60 letters, digits, _ and -.",
    )
    chroma_token: _Token | None = None
    shards: Annotated[Shards | None, NoDecode, BeforeValidator(_shards)] = None
    log_level: Annotated[int, BeforeValidator(_log_level)] = Field(
        default=logging.INFO, strict=True, description=f"This is no level. Write one of {', '.join(LOG_LEVELS)}."
    )
    log_format: Annotated[LogFormat, BeforeValidator(str.casefold)] = Field(
        default=LogFormat.TEXT, description=f"This is no form of a log. Write {' or '.join(LogFormat)}."
    )
    metrics_port: Annotated[
        int | None,
        Field(ge=0, lt=2**16, description="This is no port. Write a number up to 65535, such as 9464, or nothing."),
        AfterValidator(lambda port: port or None),
    ] = None
    secrets: tuple[SecretStr, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Source, *_: Source, **__: Source
    ) -> tuple[Source, ...]:
        """Read the environment in `from_environment` alone, so that `Settings()` is what holds when nothing is set."""
        return (init_settings,)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str | None]) -> "Settings":
        """Return the settings of an environment. Raises SettingsError, which names every wrong one."""
        given = {name: value.strip() for name, value in environment.items() if value and value.strip()}
        known = {str(field.validation_alias): field for name, field in cls.model_fields.items() if name != "secrets"}
        source = EnvSettingsSource(cls)
        source.env_vars = {name: value for name, value in given.items() if name in known}
        problems: dict[str, str] = {}
        try:
            settings = cls(**source(), secrets=_secrets(given))
        except ValidationError as error:
            for found in error.errors(include_input=False, include_url=False):
                name = str(found["loc"][0])
                problems[name] = _problem(found) or known[name].description or "This cannot be used."
        for stranger in (name for name in given if name.startswith(_OURS) and name not in known):
            for near in difflib.get_close_matches(stranger, known, n=1, cutoff=0.8):
                problems[stranger] = f"There is no such setting. Did you mean {near}?"
        if "SHARDS" in given and "DATABASE_URL" not in given:
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


def _problem(found: Mapping[str, Any]) -> str:
    """Return what a check of ours says about a value, or nothing."""
    error = found.get("ctx", {}).get("error")
    return str(error) if isinstance(error, _Wrong) else ""


def _secrets(given: Mapping[str, str]) -> tuple[SecretStr, ...]:
    """Return every value whose name says that it is a secret, and the passwords within addresses."""
    hidden = {value for name, value in given.items() if _SECRET_NAME.search(name.upper())}
    hidden.update(found for value in given.values() for found in _IN_ADDRESS.findall(value))
    if database := given.get("DATABASE_URL"):
        with contextlib.suppress(ValueError):  # such settings are refused
            hidden.update((database, *Address.of_server(database).passwords))
    return tuple(map(SecretStr, sorted(hidden)))
