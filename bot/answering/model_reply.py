"""Reading a chat model's reply: the numbers of the sentences that it picked and its lead, whatever surrounds them."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text import capitalised, sentences

MAX_REPLY = 1_500
"""Characters of a reply that are read, without its thoughts: several times what the prompt asks for."""

MAX_THOUGHTS = 20_000
"""Characters of a reply with its thoughts; what comes after them is not looked at."""

LEAD_SENTENCES = 3

ECHO = 6
"""Words in a row that a sentence of a lead may not share with what a model is told."""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """The numbers that a model picked and the sentences of its lead. Both are empty for a refusal."""

    pick: tuple[int, ...] = ()
    lead: tuple[str, ...] = ()


_THINKING = "think|thinking|thought|reasoning|reflection"
_THOUGHTS = re.compile(
    rf"\A(?:(?!<(?:{_THINKING})\b).)*</(?:{_THINKING})>"  # some servers keep the opening tag to themselves
    rf"|[<\[◁](?P<thought>{_THINKING})[>\]▷].*?(?:[<\[◁]/(?P=thought)[>\]▷]|\Z)"
    r"|<\|channel\|>\s*(?:analysis|commentary).*?(?=<\|channel\|>\s*final|\Z)"
    r"|<(?P<block>book|sentences|conversation|question)>.{0,4000}?</(?P=block)>",  # a copy of the prompt
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(
    r"<\|[^|<>\n]{1,40}\|>(?:\s*(?:assistant|final)\b)?|<start_of_turn>model\b|\[/?INST\]"
    r"|</?[a-z][\w-]{0,40}(?:\s[^<>\n]{0,200})?/?>|^\s*```\w*",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(r"(?:^\W*(?P<line>(?i:pick|lead))s?|\b(?P<word>PICK|LEAD)S?)[*_\"]*\s*:", re.MULTILINE)
_NUMBERS = re.compile(r"(?:[\s\d\[\](){},;&#*'\"–-]|\.(?=\s*\d)|\b(?:and|nos?|sentences?)\b)*", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,3})(?:\s*[–-]\s*(\d{1,3}))?")

_CITED = r"(?:(?:passage|sentence|source|no)s?\.?\s*)?\d{1,3}"
_CITATION = re.compile(
    rf"\s*[\[(【]{_CITED}(?:\s*(?:,|;|&|and|–|-)\s*{_CITED})*[\])】](?:\([^\s()]{{0,500}}\))?", re.IGNORECASE
)
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_HEADING = re.compile(
    r"^[\s*_#>]*(?:(?:(?:final |short )?answer|lead|response|reply|summary|reader|user|question)"
    r"|(?:sure|ok(?:ay)?|certainly|here(?:['’]s| is| are))\b[^:.\n]{0,60})[*_]*\s*:[*_]*\s*",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"^[\s*_#>]*(?:sources?|citations?|references?|passages?|sentences?)[*_]*\s*:", re.IGNORECASE)
_ENDED = re.compile(r"[.!?…][”’\"')\]]*$")

_NONE = re.compile(r"\W*(?:nothing|none|null|unknown|n/?a|not (?:mentioned|stated|known|specified))\W*", re.IGNORECASE)
_TEXTS = r"(?:passages?|sentences|texts?|excerpts?|context|information (?:provided|given)|provided information)"
_OUR_TEXTS = rf"(?:the|these|those|this|any|your|what)(?: \w+)? {_TEXTS}"
_REFUSAL = re.compile(
    r"^\W*(?:(?:i['’]?m |i am )?(?:(?:very |so )?sorry\b(?! to say)|unable to\b)|as an? (?:ai|language model)\b"
    r"|(?:[^.;]{0,25}\b)?(?:i|we) (?:could|can|do|did)(?: ?not|n['’]t) (?:\w+ )?"
    r"(?:say|tell|know|find|answer|see|help|have)\b"
    r"|it (?:is|was)(?: not|n['’]t) (?:\w+ )?(?:clear|stated|mentioned|specified|explained|revealed|known)\b"
    r"|(?:there is )?not enough (?:information|context)\b)"
    rf"|\b{_TEXTS}\b[^.;]{{0,40}}?\b(?:do|does|did|is|are|can|could)(?: ?not|n['’o]t)\b"
    rf"|\b(?:no|not|none|nothing)\b[^.;]{{0,40}}? (?:in|of|from|by) {_OUR_TEXTS}\b"
    r"|\b(?:is|are|was|find|see|have|contains?) (?:no|insufficient)(?: \w+)? "
    r"(?:information|mention|indication|details?)\b",
    re.IGNORECASE,
)
"""How models decline, besides the word that the prompt asks for. “Not clear yet” would itself be a spoiler."""


def read_reply(text: str, *, cut: bool = False) -> ModelReply:
    """Return what a reply picks and says; `cut` tells that the model was stopped before its end."""
    said = _TAG.sub("", _THOUGHTS.sub("", text[:MAX_THOUGHTS])).strip()
    cut = cut or len(said) > MAX_REPLY
    said = said[:MAX_REPLY]
    pick, lead = _fields(said) or _lines(said)
    lines = list(filter(_says_something, map(_cleaned, lead.splitlines())))
    told = [capitalised(sentence) for sentence in sentences(" ".join(lines)) if _says_something(sentence)]
    if cut and told and not _ENDED.search(told[-1]):
        told.pop()
    elif cut and not told:
        pick = ""  # its last number may be half of one
    first = told[0] if told else ""
    if re.match(r"\W*NOTHING\b", said) or re.match(r"(?i)\W*(?:nothing|none)\b", pick) or _REFUSAL.search(first):
        return ModelReply()
    if _NONE.fullmatch(first):
        told = []
    kept = dict.fromkeys(s for s in told if not _REFUSAL.search(s) and not re.search(r"[{}]", s))
    return ModelReply(_numbers(pick), tuple(kept)[:LEAD_SENTENCES])


def well_formed(lead: Sequence[str], question: str, prompt: str) -> list[bool]:
    """Return for each sentence of a lead whether it is whole, says nothing again, and is no piece of the prompt."""
    told, before, found = f" {bare(prompt)} ", {bare(question)}, []
    for sentence in lead:
        words = bare(sentence).split()
        runs = (" ".join(words[n : n + ECHO]) for n in range(len(words) - ECHO + 1))
        again = " ".join(words) in before or any(f" {run} " in told for run in runs)
        found.append(bool(_ENDED.search(sentence)) and not re.search(r"[<>{}]", sentence) and not again)
        before.add(" ".join(words))
    return found


def bare(text: str) -> str:
    """Return the words of a text alone, to compare it with another."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _fields(text: str) -> tuple[str, str] | None:
    """Return the pick and the lead of a reply that is a JSON object, and None for any other reply."""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    try:
        value = json.loads(found[0]) if found else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    fields = {str(name).casefold(): part for name, part in value.items()}
    return str(fields.get("pick", "")), str(fields.get("lead") or "")


def _lines(text: str) -> tuple[str, str]:
    """Return the pick and the lead of a reply in lines; one with neither word is a lead."""
    labels = list(_LABEL.finditer(text))
    if not labels:
        return "", text
    parts: dict[str, str] = {}
    for label, end in zip(labels, [*(after.start() for after in labels[1:]), len(text)], strict=True):
        parts.setdefault((label["line"] or label["word"]).casefold(), text[label.end() : end])
    return parts.get("pick", ""), parts.get("lead", "")


def _numbers(pick: str) -> tuple[int, ...]:
    """Return the numbers at the beginning of a pick: “3, 7”, “[3] and [7]”, “3–5”."""
    listed = _NUMBERS.match(pick)
    spans = [(int(one), int(other or one)) for one, other in _RANGE.findall(listed[0] if listed else "")]
    return tuple(dict.fromkeys(n for span in spans for n in range(min(span), max(span) + 1)))


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))


def _cleaned(line: str) -> str:
    """Return a line of a lead without citations, labels and mark-up; an item of a list as a sentence."""
    line = _CITATION.sub("", line)
    if _ASIDE.match(line):
        return ""
    item = _ITEM.match(line)
    said = plain(_HEADING.sub("", line[item.end() :] if item else line))
    return f"{said}." if item and not _ENDED.search(said) else said


_LINE = re.compile(r"^[ \t]*(?:[#>*+-]{1,6}[ \t]+)+", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"https?://\S*|\b(?:www\.|discord\.gg/)\S*", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w{1,40}:|/[^<>:]{1,40}:|t:)\d*[^<>]{0,20}>")
_MASS = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MARKS = re.compile(r"[*_~`|#>]{1,3}(?=\S)|(?<=\S)[*_~`|]{1,3}")
_HARMFUL = ((_LINE, ""), (_LINK, r"\1"), (_ADDRESS, ""), (_MENTION, ""), (_MASS, "@\u200b"), (_MARKS, ""))
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}


def plain(text: str) -> str:
    """Return text as one line without links, mentions, markup and invisible characters; a link's words stay."""
    visible = "".join(c if c == "\n" or unicodedata.category(c) not in _UNSEEN else " " for c in text)
    before = ""
    while visible != before:  # what is taken out may leave another mention or link: “@*everyone*”
        before = visible
        for pattern, instead in _HARMFUL:
            visible = pattern.sub(instead, visible)
    return " ".join(visible.split())
