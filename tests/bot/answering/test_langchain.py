"""Dogear's retriever in LangChain's chains: documents in, and the same gate."""

from bot.answering.model import GatedRetriever
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import LANTERN

STORM = "Whom does Silas save in the storm?"


def gated(retriever: Retriever, at: int, book: str | None = LANTERN) -> GatedRetriever:
    return GatedRetriever(retriever=retriever, audience=Audience({LANTERN: at}), book=book)


def test_a_chain_gets_documents_best_first_with_their_sources(island: Retriever) -> None:
    documents = gated(island, 10).invoke(STORM)
    assert "two fishermen" in documents[0].page_content
    assert documents[0].id
    found = documents[0].metadata
    assert (found["book"], found["kind"], found["source"]) == (LANTERN, "summary", "summary, chapter 5")
    assert (found["reveals"], found["mark"]) == ({LANTERN: 5}, 5)
    assert " ".join(found["sentences"].values()) == documents[0].page_content
    assert documents[0].metadata["score"] >= documents[1].metadata["score"] > 0


def test_a_chain_gets_nothing_beyond_its_audience(island: Retriever) -> None:
    documents = gated(island, 4).invoke(STORM)
    assert documents
    assert all(document.metadata["reveals"][LANTERN] <= 4 for document in documents)
