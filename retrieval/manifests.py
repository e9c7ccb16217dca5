"""What the store notes: which passages each book of the library has in it, and each text of a club."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.books import Slug


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the store holds of one book: the fingerprint of its files, and its passages' ids in order.

    `against` holds the fingerprints of the books that its unlabelled text was matched with, if it has any.
    """

    book: Slug
    fingerprint: str
    against: Mapping[Slug, str]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClubManifest:
    """What the store holds of one club text: its fingerprint, and its passages' ids in order.

    A fingerprint that is empty says that the text is being written or removed: `ids` are then all that may be there.
    """

    club: str
    id: str
    book: Slug
    fingerprint: str
    ids: tuple[str, ...]
