"""Settings: read once from the environment and `.env`, checked as a whole, and handed on as one value."""

import contextlib
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import pydantic

from bot.db.sessions import EXAMPLE, Address
from bot.logs import LogFormat
from bot.people import Shards
from corpus.errors import DogearError
from corpus.library import SHIPPED
from retrieval.location import EXAMPLE as CHROMA_EXAMPLE
from retrieval.location import ChromaServer

CHAT_CALLS = 4
"""Calls of the chat model at once: a hosted model takes more, and one on a processor does one after the other."""

DATA = Path("data")  # where the store and the club's data are kept, where nothing else is set

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_SECRET_NAME = re.compile(r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD)$|PASSWORD$")
_IN_ADDRESS = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")
"""The password of an address, such as a proxy's: HTTPS_PROXY holds it under no name that says so."""


class SettingsError(DogearError):
    """Settings that cannot be used: each wrong one by its name, with what to write instead. It shows no values."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(f"{name}: {problem}" for name, problem in self.problems.items()))


def _is_word(value: pydantic.SecretStr) -> pydantic.SecretStr:
    """Check a token or a key: one word of plain letters, as it was given out."""
    word = value.get_secret_value()
    if not word.isascii() or not word.isprintable() or " " in word:
        raise ValueError
    return value


def _is_web_address(value: str) -> str:
    """Check the address of a web server; it is used as it was written."""
    url = pydantic.HttpUrl(value)
    if url.username or url.password or re.search(r"\s", value):
        raise ValueError
    return value


def _is_database(value: pydantic.SecretStr) -> pydantic.SecretStr:
    Address.of_server(value.get_secret_value())
    return value


def _is_chroma(value: str) -> str:
    ChromaServer.of(value)
    return value


def _shards(value: object) -> object:
    return Shards.parse(value) if isinstance(value, str) else value


def _log_level(value: object) -> object:
    name = str(value).upper()
    return logging.getLevelNamesMapping()[name] if name in LOG_LEVELS else value


def _count(usual: int) -> int:
    """Return the field of a number that is above 0."""
    field: int = pydantic.Field(
        usual, gt=0, lt=10**12, description=f"This is not a whole number above 0. Write one such as {usual}."
    )
    return field


def _from_home(path: Path) -> Path:
    """Return a path, from the home folder where it starts with `~` and there is one."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 (that of pathlib fails where there is no such home)


_Folder = Annotated[Path, pydantic.AfterValidator(_from_home)]
_Token = Annotated[
    pydantic.SecretStr | None,
    pydantic.AfterValidator(_is_word),
    pydantic.Field(
        description="This holds a space or a letter that no token has. Copy it once more, without quotes and without "
        "“Bot”."
    ),
]
_WebAddress = Annotated[
    str | None,
    pydantic.AfterValidator(_is_web_address),
    pydantic.Field(
        description="This is not an address. Write one such as http://127.0.0.1:11434/v1, without a name or a "
        "password: a key goes into OPENAI_API_KEY."
    ),
]

_CatalogueAddress = Annotated[
    str,
    pydantic.AfterValidator(_is_web_address),
    pydantic.Field(description="This is not an address. Write one such as https://openlibrary.org, or nothing."),
]


class Settings(pydantic.BaseModel):
    """What a person can set; `secrets` are all values of the environment that no log may show.

    A field's description is what a person is told whose value does not fit.
    """

    model_config = pydantic.ConfigDict(
        frozen=True,
        alias_generator=pydantic.AliasGenerator(validation_alias=str.upper),
        validate_by_name=True,
        validate_by_alias=True,
    )

    discord_token: _Token = None
    discord_api: _WebAddress = None
    message_content: bool = pydantic.Field(default=False, description="This is neither on nor off. Write 1 or 0.")
    member_questions: int = _count(60)  # in ten minutes: more than anybody asks who reads the answers
    club_questions: int = _count(600)  # twice what fifty members ask in a busy evening
    club_tokens: int = _count(500_000)  # in a day: about 500 answers
    chat_model: str | None = pydantic.Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*:\S+$",
        description="This names no provider. Write provider:model, such as ollama:llama3.1:8b or openai:gpt-4o-mini, "
        "or nothing for answers in quote mode.",
    )
    chat_timeout: float = pydantic.Field(
        default=20.0, gt=0, le=600, description="This is not a number of seconds up to 600. Write a number such as 20."
    )
    chat_calls: int = _count(CHAT_CALLS)
    openai_base_url: _WebAddress = None
    openai_api_key: _Token = None
    embedding_model: Annotated[str | None, pydantic.AfterValidator(os.path.expanduser)] = None
    library: _Folder = pydantic.Field(default=SHIPPED, validation_alias="DOGEAR_LIBRARY")
    data: _Folder = pydantic.Field(default=DATA, validation_alias="DOGEAR_DATA")
    database: Annotated[pydantic.SecretStr | None, pydantic.AfterValidator(_is_database)] = pydantic.Field(
        default=None,
        validation_alias="DATABASE_URL",
        description=f"This is not an address of a PostgreSQL database. Write {EXAMPLE}, "
        "or nothing for a file in the data folder. In the password, write %40 for @, %2F for /, %3A for :, "
        "%23 for #, %3F for ? and %25 for %.",
    )
    chroma_url: Annotated[str | None, pydantic.AfterValidator(_is_chroma)] = pydantic.Field(
        default=None,
        description=f"This is not an address of a Chroma server. Write {CHROMA_EXAMPLE}, or nothing for a store in the "
        "data folder. A token goes into CHROMA_TOKEN; after a question mark, only database=… and tenant=… are "
        "understood, with 3 to 60 letters, digits, _ and -.",
    )
    chroma_token: _Token = None
    shards: Annotated[Shards | None, pydantic.BeforeValidator(_shards)] = pydantic.Field(
        default=None,
        description="This does not name shards. Write those of this process and how many there are in all, counted "
        "from 0 and each once, such as 0-3/16, 5/16 or 0,2,4-6/16.",
    )
    log_level: Annotated[int, pydantic.BeforeValidator(_log_level)] = pydantic.Field(
        default=logging.INFO, strict=True, description=f"This is not a level. Write one of {', '.join(LOG_LEVELS)}."
    )
    log_format: Annotated[LogFormat, pydantic.BeforeValidator(str.casefold)] = pydantic.Field(
        default=LogFormat.TEXT, description=f"This is not a form of the log. Write {' or '.join(LogFormat)}."
    )
    metrics_port: Annotated[
        int | None,
        pydantic.Field(
            ge=0, lt=2**16, description="This is no port. Write a number up to 65535, such as 9464, or nothing."
        ),
        pydantic.AfterValidator(lambda port: port or None),
    ] = None
    catalogues: bool = pydantic.Field(default=True, description="This is neither on nor off. Write off or nothing.")
    catalogue_contact: str = pydantic.Field(
        default="",
        pattern=r"^(?:[!-~]*(?:@|://)[!-~]+)?$",
        description="Write an e-mail address or that of a web page.",
    )
    open_library_url: _CatalogueAddress = "https://openlibrary.org"
    casts_url: _CatalogueAddress = "https://meta.audiosilo.app"
    wikipedia_url: _CatalogueAddress = "https://en.wikipedia.org"
    secrets: tuple[pydantic.SecretStr, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str | None]) -> "Settings":
        """Return the settings of an environment. Raises SettingsError, which names every wrong one."""
        given = {name: value.strip() for name, value in environment.items() if value and value.strip()}
        known = {str(field.validation_alias): field for name, field in cls.model_fields.items() if name != "secrets"}
        values: dict[str, object] = {name: value for name, value in given.items() if name in known}
        problems: dict[str, str] = {}
        if "SHARDS" in given and "DATABASE_URL" not in given:
            problems["SHARDS"] = (
                "Processes that share the clubs share their data, so this needs DATABASE_URL, the same for all of "
                "them. docs/servers.md says how to move to PostgreSQL."
            )
        try:
            settings = cls.model_validate(values | {"SECRETS": _secrets(given)})
        except pydantic.ValidationError as error:
            names = [str(found["loc"][0]) for found in error.errors(include_input=False, include_url=False)]
            problems |= {name: known[name].description or "This cannot be used." for name in names}
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


def _secrets(given: Mapping[str, str]) -> tuple[pydantic.SecretStr, ...]:
    """Return every value whose name says that it is a secret, and the passwords within addresses."""
    hidden = {value for name, value in given.items() if _SECRET_NAME.search(name.upper())}
    hidden.update(found for value in given.values() for found in _IN_ADDRESS.findall(value))
    if database := given.get("DATABASE_URL"):
        with contextlib.suppress(ValueError):  # such settings are refused
            hidden.update((database, *Address.of_server(database).passwords))
    return tuple(map(pydantic.SecretStr, sorted(hidden)))
