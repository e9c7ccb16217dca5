"""A Chroma server that any number of processes share: its collections, by Chroma's own client over our HTTP."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

from chromadb.api.collection_configuration import CreateCollectionConfiguration, CreateHNSWConfiguration
from chromadb.api.fastapi import FastAPI
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings, System
from chromadb.errors import ChromaError, NotFoundError
from chromadb.types import Collection as Model

from corpus.text import capitalised
from retrieval.connection import Metadata
from retrieval.damaged import Garbled
from retrieval.location import ChromaServer
from retrieval.server_session import ServerSession
from retrieval.types import StoreDamaged, StoreUnavailable

CURE = "Its own log says why."

VERSION = "1."
"""How the interface of a server begins that this client can speak with."""


class _Api(FastAPI):
    """Chroma's client for HTTP, with a session that does not wait for ever."""

    def __init__(self, system: System, server: ChromaServer) -> None:
        super().__init__(system)
        made, self._session = self._session, ServerSession(server)
        self._session.headers.update(made.headers)
        made.close()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()


class ServerConnection:
    """The collections of a database on a server; its client may be used by any number of threads at once.

    Chroma's `HttpClient` is passed over: it asks the server, without any limit of time, while it is being made.
    """

    shared, doubted = True, False

    def __init__(self, server: ChromaServer) -> None:
        self.name, self._server = server.name, server
        self._tenant, self._database = server.tenant, server.database
        self.alone: AbstractContextManager[Any] = nullcontext()
        settings = Settings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=server.url,
            chroma_server_http_port=8000,  # it has to be there; the address above wins
            chroma_server_headers={"Authorization": f"Bearer {server.token}"} if server.token else {},
            anonymized_telemetry=False,
        )
        self._api = _Api(System(settings), server)

    def open(self) -> None:
        """Ask whether it is well, and make the database where it is not there. Raises StoreUnavailable."""
        self.described()
        self._make_database()

    def collections(self) -> dict[str, Metadata]:
        """Return the metadata of every collection, by its name."""
        try:
            found = self._api.list_collections(tenant=self._tenant, database=self._database)
        except ChromaError as error:
            raise StoreUnavailable(f"{self._server.url} does not tell its collections. {CURE}") from error
        return {model.name: model.metadata or {} for model in found}

    def collection(self, name: str, metadata: Metadata, kept: CreateHNSWConfiguration) -> Collection:
        """Return a collection, made if it is not there; so is the database, which an emptied server has lost."""
        self._make_database()
        configuration: CreateCollectionConfiguration = {"hnsw": kept}
        make = partial(
            self._api.create_collection, name, metadata=dict(metadata), configuration=configuration,
            get_or_create=True, tenant=self._tenant, database=self._database,
        )  # fmt: skip
        try:
            return self._opened(make())
        except ChromaError:  # another process has made it in this moment
            return self._opened(make())

    def new_collection(self, name: str, metadata: Metadata) -> Collection | None:
        """Make a collection; None where there is one of that name: the server lets one of many who try make it."""
        make = self._api.create_collection
        try:
            return self._opened(make(name, metadata=dict(metadata), tenant=self._tenant, database=self._database))
        except ChromaError:
            return None

    def delete(self, name: str) -> None:
        """Delete a collection, if it is there."""
        with suppress(NotFoundError):
            self._api.delete_collection(name, tenant=self._tenant, database=self._database)

    def described(self) -> str:
        """Ask for the version of the server's interface. Raises StoreUnavailable where it is none that we speak."""
        try:
            version = self._api.get_version()
        except ChromaError as error:
            raise StoreUnavailable(f"{self._server.url} does not tell its version ({error}). {CURE}") from error
        if not version.startswith(VERSION):
            raise StoreUnavailable(
                f"{self._server.url} speaks version {version[:20]} of Chroma's interface, and this Dogear {VERSION}x. "
                "Run the Chroma server in the version that constraints.txt names."
            )
        return f"{self.name}, interface {version}"

    def told(self, error: BaseException) -> StoreUnavailable:
        """Return what is wrong with the server, in words for who runs Dogear."""
        name = capitalised(self.name)
        if isinstance(error, StoreUnavailable):
            return error
        if isinstance(error, Garbled):
            return StoreDamaged(
                f"{name} does not give what was written into it ({error}). Bring it back from its backup, or give "
                "Dogear an empty database, with ?database=… in CHROMA_URL: it is filled from the library and the "
                "reviews."
            )
        return StoreUnavailable(f"{name} cannot be read or written ({type(error).__name__}). {CURE}")

    def deleted(self) -> bool:
        """A server would say so itself."""
        return False

    def hindrance(self) -> StoreUnavailable | None:
        """Return None: what hinders a server, it says itself."""
        return None

    def doubt(self, why: str | None) -> None:
        """Note nothing: a server is looked after by those who run it."""

    def move_aside(self) -> Path | None:
        """Leave it as it is: it is shared."""
        return None

    def close(self) -> None:
        """Let go of every connection."""
        self._api.close()

    def _make_database(self) -> None:
        """Make the tenant and the database, where they are not there."""
        tenant, database = self._tenant, self._database
        try:
            self._api.get_database(database, tenant)
        except NotFoundError:
            with suppress(ChromaError):  # it is there, or another process has made it in this moment
                self._api.create_tenant(tenant)
            with suppress(ChromaError):
                self._api.create_database(database, tenant)
            self._api.get_database(database, tenant)

    def _opened(self, model: Model) -> Collection:
        return Collection(client=cast(Any, self._api), model=model, embedding_function=None)
