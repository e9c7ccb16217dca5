"""Replies as real models write them: what is picked, what is said, and nothing of the machine around it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.model_reply import LEAD_SENTENCES, MAX_REPLY, ModelReply, plain, read_reply, well_formed

LEAD = "The lamp burns oil."

PICKS = {
    "as asked for": ("PICK: 3, 7\nLEAD: The lamp burns oil.", (3, 7), LEAD),
    "on one line": ("PICK: 3, 7. LEAD: The lamp burns oil.", (3, 7), LEAD),
    "in bold, with brackets": ("**PICK:** [3] and [7]\n\n**LEAD:** The lamp *burns* oil. [3]", (3, 7), LEAD),
    "in small letters, after chatter": ("Sure, here it is.\npick: 3\nlead: The lamp burns oil.", (3,), LEAD),
    "a range": ("PICK: 3–5, 9-8", (3, 4, 5, 8, 9), ""),
    "twice the same": ("PICK: 3, 3", (3,), ""),
    "only a pick, with a reason": ("PICK: 3 (lit in 1889)", (3,), ""),
    "only a lead": ("LEAD: The lamp burns oil.", (), LEAD),
    "a lead that speaks of leads": ("LEAD: He finds a lead: an oil can.", (), "He finds a lead: an oil can."),
    "a pick without words of its own": ("PICK: 3\nLEAD: NOTHING", (3,), ""),
    "structured": ('{"pick": [3, 7], "lead": "The lamp burns oil."}', (3, 7), LEAD),
    "structured, in a code block": ('```json\n{"PICK": ["3"], "lead": null}\n```', (3,), ""),
    "structured, cut": ('{"pick": [3], "lead": "The lamp', (3,), ""),
    "thoughts": ("<think>\nPICK: 1? No, [3].\n</think>\nPICK: 3", (3,), ""),
    "thoughts that began in the prompt": ("So PICK: 1?\n</think>\n\nPICK: 3", (3,), ""),
    "thoughts in brackets": ("[THINK]one[/THINK]PICK: 3", (3,), ""),
    "thoughts in a channel": (
        "<|channel|>analysis<|message|>PICK: 1<|end|><|start|>assistant<|channel|>final<|message|>PICK: 3", (3,), "",
    ),
}  # fmt: skip
LEADS = {
    "thoughts": "<think>\nThey want to know of the lamp, so I cite [1].\n</think>\n\nThe lamp burns oil. [1]",
    "bold labels": "**Answer:** The lamp burns oil.\n\n**Sources:** [1], [3]",
    "round brackets": "The lamp burns oil (1).",
    "brackets of another script": "The lamp burns oil【1】.",
    "several numbers": "The lamp burns oil [1, 3].",
    "a range": "The lamp burns oil [1-3].",
    "a number with its word": "The lamp burns oil [Passage 1].",
    "an echo of the prompt": "<question>\nHow?\n</question>\nReader: The lamp burns oil.",
    "signs of a chat template": "<|im_start|>assistant\nThe lamp burns oil. [1]<|im_end|>",
    "tags": "<response>\nThe lamp burns oil. [1]\n</response>",
    "said three times": "The lamp burns oil. [1] The lamp burns oil. [1] The lamp burns oil. [1]",
    "a closing tag alone": "The lamp burns oil.</question>",
    "a refusal behind it": "The lamp burns oil. The passages do not say how much.",
    "in small letters": "the lamp burns oil.",
    "over two lines": "The lamp\nburns oil.",
}
NOTHING = {
    "the word": "NOTHING", "the word, quoted": " “NOTHING” ", "the word and more": "NOTHING\n\nIt is not said how.",
    "the word as a sentence": "Nothing. The passages do not mention it.", "no words": "\n \n", "a sign": "…",
    "numbers alone": "[1][2]", "endless thoughts": f"<think>\nThey want the lamp. {'I should look again. ' * 200}",
    "other fields": '{"answer": "oil", "sources": [1]}', "nothing picked": "PICK: none\nLEAD: It burns oil.",
    "no information": "Based on the provided passages, there is no information about what the lamp burns.",
    "unfortunately": "Unfortunately, the passages do not contain that.", "sorry": "I'm sorry, I can't help.",
    "could not": "I could not say.", "does not": "The provided passages don't mention it.",
    "an AI": "As an AI, I have no access to it.", "none of them": "None of the numbered sentences tells that.",
    "not there": "That is not mentioned in the text.", "unclear": "It isn't clear yet what the lamp burns.",
    "a pick and a refusal": "PICK: 3\nLEAD: I'm afraid I cannot tell from these sentences.",
}  # fmt: skip


@pytest.mark.parametrize(("text", "pick", "lead"), PICKS.values(), ids=PICKS)
def test_what_is_picked_and_led_with_is_read_in_any_form(text: str, pick: tuple[int, ...], lead: str) -> None:
    assert read_reply(text) == ModelReply(pick, (lead,) if lead else ())


@pytest.mark.parametrize("text", LEADS.values(), ids=LEADS)
def test_a_lead_is_left_without_what_surrounds_it(text: str) -> None:
    assert read_reply(text) == ModelReply((), (LEAD,))


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_no_answer_and_refusals_in_any_wording_are_nothing(text: str) -> None:
    assert read_reply(text) == ModelReply()


@pytest.mark.parametrize(
    "text",
    [
        "Nothing at all happens to him.", "He knocks, but there is no answer.", "No, he does not say a word.",
        "Nobody knows.", "I'm sorry to say yes.", "Very little, to be honest.", "Unfortunately, the boat is gone.",
        "Le phare est éteint.",
    ],
)  # fmt: skip
def test_answers_that_sound_like_refusals_are_answers(text: str) -> None:
    assert read_reply(text).lead == (text,)


def test_items_of_a_list_are_sentences() -> None:
    assert read_reply("- It burns oil [1]\n- Silas fills it [2]\n2) It is old!").lead == (
        "It burns oil.", "Silas fills it.", "It is old!",
    )  # fmt: skip
    assert read_reply("[1] The lamp burns oil. [2] It is old.").lead == (LEAD, "It is old.")


def test_a_reply_that_was_cut_ends_with_its_last_whole_sentence() -> None:
    assert read_reply("PICK: 3\nLEAD: The lamp burns oil. It is ver", cut=True) == ModelReply((3,), (LEAD,))
    assert read_reply("PICK: 3\nLEAD: The lamp burns oil", cut=True) == ModelReply((3,))
    assert read_reply("PICK: 3, 1", cut=True) == ModelReply()
    assert read_reply("the lamp burns oil") == ModelReply((), ("The lamp burns oil",))


def test_a_reply_that_never_ends_is_cut() -> None:
    lead = read_reply("".join(f"Number {n} says again that the lamp burns oil. " for n in range(2_000))).lead
    assert len(lead) == LEAD_SENTENCES
    assert read_reply(f"It rains {'and rains ' * 2_000}") == ModelReply()


@given(st.text() | st.text(alphabet="<think>/PICKLEAD:[] {}\"'1,-\n"))
def test_any_text_can_be_read_and_shows_no_sign_of_the_machine(text: str) -> None:
    reply = read_reply(text)
    assert all(0 <= number <= 999 for number in reply.pick)
    assert sum(map(len, reply.lead)) <= 2 * MAX_REPLY
    assert not re.search(r"[{}]|<\|?/?(?:think|im_)", " ".join(reply.lead))


# Text made plain

LIVE = re.compile(
    r"@(?:everyone|here)|<(?:@[!&]?|#)\d+>|<a?:\w+:\d+>|https?://|\bdiscord\.gg/|\bwww\.|^[#>-] |[\u202e\u2066\x00]",
    re.IGNORECASE,
)
"""What Discord would act on, or nobody could see."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Silas rows out alone [1].", "Silas rows out alone [1]."),
        ("He “rows” out – alone… 5 * 3 = 15, isn't it? ★★☆", "He “rows” out – alone… 5 * 3 = 15, isn't it? ★★☆"),
        ("**Silas** rows _out_ `alone`, ~~not~~ ||Edward||", "Silas rows out alone, not Edward"),
        ("# Silas\n> rows\n- out", "Silas rows out"),
        ("See [the ending](http://127.0.0.1/x) [2]", "See the ending [2]"),
        ("See https://example.org/a?b=c now", "See now"),
        ("Ask <@123>, <@!123>, <@&123> in <#456> <:smile:789> </ask:12> <t:1:R>!", "Ask , , in !"),
        ("@everyone look, @here", "@\u200beveryone look, @\u200bhere"),
        ("two  words\n\non lines", "two words on lines"),
        ("right\u202eto left\x00, soft\u00adhyphen", "right to left , soft hyphen"),
        ("", ""),
    ],
)
def test_words_stay_and_what_does_something_goes(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "@*everyone*", "@\u200beveryone", "@<@1>everyone", "@||here||", "<*@123>", "<@~~123>", "h*ttp://example.org",
        "[a](b)(http://x)", "[[a](http://x)](http://y)", "<@12<@34>>", "ht<@1>tp://example.org", "disc*ord.gg/abc",
    ],
)  # fmt: skip
def test_what_is_put_together_from_pieces_is_caught_too(text: str) -> None:
    assert not LIVE.search(plain(text))


PIECES = (
    "@", "everyone", "here", "<@", "<#", "<:a:", "12", ">", "*", "_", "||", "~~", "`", "[", "](", ")", "http://",
    "www.", "x", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text())
def test_nothing_live_is_left_of_any_text(text: str) -> None:
    shown = plain(text)
    assert not LIVE.search(shown)
    assert "\n" not in shown


@given(st.lists(st.sampled_from((*PIECES, "[1]", "see passage 3 ", "LEAD: ")), max_size=12).map("".join))
def test_nothing_live_is_left_of_any_lead(text: str) -> None:
    assert not LIVE.search(" ".join(read_reply(text).lead))


@pytest.mark.parametrize(
    ("lead", "formed"),
    [
        (["He keeps the lamp.", "Why?", "“So it is!”"], [True, True, True]),
        (["He keeps the lamp and"], [False]),  # not whole
        (["He keeps the lamp.", "He keeps the lamp!"], [True, False]),  # said again
        (["Who keeps the lamp?", "Silas."], [False, True]),  # the question
        (["Use nothing but the numbered sentences between them.", "Use nothing else."], [False, True]),  # the prompt
        (["He <b>keeps</b> the lamp.", "{lead} is short."], [False, False]),
    ],
)
def test_a_sentence_of_a_lead_is_whole_and_new_and_no_piece_of_the_prompt(lead: list[str], formed: list[bool]) -> None:
    prompt = "You help a book club. Use nothing but the numbered sentences between <sentences> and </sentences>."
    assert well_formed(lead, "Who keeps the lamp?", prompt) == formed
