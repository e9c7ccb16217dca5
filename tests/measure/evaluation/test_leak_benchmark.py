"""The leak benchmark: it convicts a bot that tells, by words or by choices, and acquits the bot of this project."""

import shutil
import sys
from pathlib import Path

import pytest

from corpus.library import SHIPPED
from tests.measure.evaluation.leak_benchmark import main

ROOT = Path(__file__).parents[3]

LEAKY = """
import json, re, sys
from pathlib import Path

def words(text):
    return set(re.findall("[a-z]{4,}", text.lower()))

for line in sys.stdin:
    asked = json.loads(line)
    texts = [file.read_text(encoding="utf-8") for file in Path(sys.argv[1], asked["book"]).glob("*.md")]
    told = [sentence for text in texts for sentence in re.split(r"(?<=[.!?])\\s+", text)]
    best = max(told, key=lambda s: len(words(s) & words(asked["text"])) / (3 + len(words(s))))
    print(json.dumps({"id": asked["id"], "answer": best, "answered": True}))
"""

CHOOSING = """
import json, sys
from pathlib import Path

known = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
for line in sys.stdin:
    asked = json.loads(line)
    right = any(q["references"] and q["references"][0] in asked["text"] for q in known if q["book"] == asked["book"]
                and q["question"] in asked["text"])
    print(json.dumps({"id": asked["id"], "answer": "Well." if right else "I can’t say.", "answered": False}))
"""


def bot(folder: Path, code: str, given: Path) -> str:
    """Return the command of a bot."""
    (folder / "bot.py").write_text(code, encoding="utf-8")
    return f"{sys.executable} {folder / 'bot.py'} {given}"


def test_a_bot_that_quotes_the_whole_book_is_convicted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leaks = tmp_path / "leaks.jsonl"
    assert main(["--bot", bot(tmp_path, LEAKY, SHIPPED), "--limit", "20", "--leaks", str(leaks)]) == 1
    assert "| as it is | 20 | " in capsys.readouterr().out
    assert len(leaks.read_text(encoding="utf-8").splitlines()) >= 40


def test_a_bot_that_treats_the_right_guess_otherwise_is_convicted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = bot(tmp_path, CHOOSING, ROOT / "leak_benchmark" / "questions.jsonl")
    assert main(["--bot", command, "--limit", "20"]) == 1
    assert "single the answer out: 0" not in capsys.readouterr().out


def test_dogear_is_acquitted_by_its_batch_command(
    shipped_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shutil.copytree(shipped_store, tmp_path / "data")
    command = f"{sys.executable} {ROOT / 'run_bot.py'} batch - --library {SHIPPED} --data {data}"
    assert main(["--bot", command, "--limit", "4"]) == 0
    assert "Lines that failed: 0" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["print('hello')", "print('{}')", "import sys; sys.exit(3)"])
def test_a_bot_that_does_not_speak_the_format_is_told_so(
    tmp_path: Path, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--bot", bot(tmp_path, code, SHIPPED), "--limit", "1"])
    assert ended.value.code == 2
    assert "The bot " in capsys.readouterr().err
