"""Settings that are addresses of servers, the chat model that one has, and the shards of Discord's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.club.shards import Shards, ShardsUnclear
from bot.environment.variables import Variables
from bot.storage.server_address import EXAMPLE, ServerAddress
from retrieval.location import EXAMPLE as CHROMA_EXAMPLE
from retrieval.location import ChromaServer

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
