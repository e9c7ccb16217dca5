"""What the doctor looks with: the real model, the real store, the real chat model."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from bot.logs import set_up_logs
from bot.settings import Settings, SettingsError
from bot.terminal import club_data
from bot.terminal.checks import HasStale
from bot.terminal.doctor import Instruments, examine, show
from corpus.library import Library


def look_at_everything(
    environment: Mapping[str, str | None], library: Path | None = None, data: Path | None = None
) -> bool:
    """Show on standard output what is well and what is not; return whether nothing serious is wrong."""
    set_up_logs(logging.WARNING, _secrets(environment))
    look = Instruments(_published_model, _open_store, _open_model, _sign_in, club_data.described, club_data.texts)
    found = examine(environment, look, library, data)
    return show(found, Console(file=sys.stdout, highlight=False))


def _secrets(environment: Mapping[str, str | None]) -> tuple[SecretStr, ...]:
    try:
        return Settings.from_environment(environment).secrets
    except SettingsError:
        return ()


def _published_model() -> Path:
    from retrieval.embedding import published_model

    return published_model()


def _open_store(settings: Settings, library: Library) -> AbstractContextManager[HasStale]:
    from retrieval.retriever import open_retriever

    where = settings.embedding_model, _say_nothing, settings.chroma
    return open_retriever(library, settings.data, *where, replacing=False)


def _say_nothing(_: str) -> None:
    """What the store would say while it is opened, the doctor says in its own words."""


def _sign_in(token: SecretStr) -> str:
    from bot.discord.sign_in import signed_in_as

    return asyncio.run(signed_in_as(token))


def _open_model(settings: Settings) -> object:
    from bot.answers.writing import open_model

    return open_model(settings)
