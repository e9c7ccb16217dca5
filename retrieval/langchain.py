"""A LangChain retriever over Dogear's passages, behind the same gate."""

from collections.abc import Mapping

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from corpus.passages import source_line
from retrieval.gate import Audience
from retrieval.retriever import Retriever, Search


class GatedRetriever(BaseRetriever):
    """A LangChain retriever that is bound to one audience, so a chain cannot ask for more than it may see.

    `found` holds searches that were already made for this audience, by their questions; they are not made again.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    audience: Audience
    book: str | None = None
    found: Mapping[str, Search] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = self.found.get(query) or self.retriever.search(query, self.audience, self.book)
        return [
            Document(
                id=ranked.passage.id,
                page_content=ranked.passage.text,
                metadata={
                    "book": ranked.passage.book,
                    "kind": ranked.passage.kind,
                    "source": source_line(ranked.passage, self.retriever.library.books[ranked.passage.book]),
                    "reveals": dict(ranked.passage.reveals.marks),
                    "score": ranked.score,
                },
            )
            for ranked in found.passages
        ]
