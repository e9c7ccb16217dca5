"""Who is meant by a name, a part of one, a role (“the butler”) or a name with a slip of the keys."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from corpus.passages import Passage

ARTICLES = frozenset({"the", "an", "mr", "mister", "dr", "doctor"})
"""Words that do not tell one person from another."""

LIKE = 0.75
"""How alike (0 to 1) a word and a word of a name are if one is taken for the other."""

_ADJECTIVES = r"(?:(?!(?:of|to|in|for|by|from|with|at|on|who|whom|that|and|not|sent|told)\b)[\w’'-]+,? ){0,4}"
"""Words between “is” and a role: “is the tall, silent butler of the Hall”, but not “is afraid of the butler”."""


def people_meant(typed: str, people: Sequence[Passage]) -> tuple[dict[str, list[Passage]], bool]:
    """Return the people who may be meant, each with the passages about them, and whether that is a guess.

    Somebody of exactly this name is meant before those whose names hold it: “Stapleton” is not Miss Stapleton.
    """
    by_name: dict[str, list[Passage]] = {}
    for passage in people:
        if passage.heading:
            by_name.setdefault(passage.heading, []).append(passage)
    names = {name: set(name_words(name.casefold())) for name in by_name}
    wanted = set(name_words(typed.casefold()))
    wanted = wanted - ARTICLES or wanted
    found = _called(wanted, names)
    found = found or [name for name in by_name if wanted and _is_called(typed, wanted, names[name], by_name[name])]
    if found:
        return {name: by_name[name] for name in found}, False
    known = {word for words in names.values() for word in words}
    near = [get_close_matches(word, known, 1, LIKE) for word in wanted]
    alike = _called({word for words in near for word in words}, names) if all(near) else []
    return {name: by_name[name] for name in alike}, True


TITLES = ARTICLES | {"mrs", "miss", "ms", "sir", "lady", "lord", "inspector", "father", "mother", "old", "young", "of"}
"""Words of names that name nobody by themselves."""


def people_named(text: str, names: Iterable[str], *, written: bool = False) -> list[str]:
    """Return the names of people in a text, in its order: in full, or by a word that nobody else has.

    With `written`, only words with a capital count, as in an answer; members type names as they like.
    """
    said = name_words(text) if written else name_words(text.casefold())
    words = {name: name_words(name if written else name.casefold()) for name in names}
    held = Counter(word for its in words.values() for word in set(its))
    full = {name: its for name, its in words.items() if its and set(its) <= set(said)}
    taken = {word for its in full.values() for word in its}
    places: dict[str, int] = {name: min(map(said.index, its)) for name, its in full.items()}
    for name, its in words.items():
        alone = [w for w in its if w in said and held[w] == 1 and w not in taken and w.casefold() not in TITLES]
        if name not in full and alone:
            places[name] = min(map(said.index, alone))
    return sorted(places, key=lambda name: places[name])


def _called(wanted: set[str], names: dict[str, set[str]]) -> list[str]:
    """Return the names that have all wanted words; if there are some that have no others, these."""
    holding = [name for name, words in names.items() if wanted and wanted <= words]
    return [name for name in holding if names[name] - ARTICLES == wanted] or holding


def _is_called(typed: str, wanted: set[str], name: set[str], told: Iterable[Passage]) -> bool:
    """Return whether a character’s description gives them the role or the other name that was typed."""
    role = r"(?:[’']s)?\W+(?:the |an? )?".join(
        re.escape(word) for word in name_words(typed.casefold()) if word in wanted
    )
    says = re.compile(rf"(?!what\b)(?:\S+ ){{1,4}}?(?:is|was|been|called|named|as) {_ADJECTIVES}{role}\b(?![’'-]\w)")
    sentences = [sentence for p in told for sentence in p.sentences]
    text = " ".join(sentences)
    partly = bool(wanted & name) and all(re.search(rf"\b{re.escape(w.capitalize())}\b", text) for w in wanted - name)
    return partly or any(says.match(sentence.casefold()) for sentence in sentences)


def name_words(name: str) -> list[str]:
    """Return the words of a name, without punctuation, possessives and initials."""
    bare = re.sub(r"'s\b", "", name.replace("’", "'"))
    return [word for word in re.findall(r"\w+(?:['-]\w+)*", bare) if len(word) > 1]


def names_somebody(name: str, sentence: str) -> bool:
    """Return whether a sentence has a capitalised word of a name, or a word of a role after an article or an owner."""
    words = "|".join(re.escape(word) for word in name_words(name) if word.casefold() not in ARTICLES)
    owned = rf"\b(?:the|an?|his|her|their|\w+[’']s) (?:\w+ )?(?:{words.casefold()})\b"
    return bool(words) and bool(re.search(rf"\b(?:{_capitalised(words)})\b|{owned}", sentence))


def _capitalised(words: str) -> str:
    return "|".join(word.capitalize() for word in words.split("|"))
