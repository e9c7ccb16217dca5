"""What README and docs say is so: links, commands, settings, numbers, and the conversation that they show.

`python -m tests.test_docs` brings the conversation and the numbers up to date; read what else the change calls for.
"""

import ast
import io
import re
import shlex
import shutil
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from discord.app_commands import Command, Group
from dotenv import dotenv_values

from bot.answering.reply import Reply
from bot.cli import batch
from bot.cli.main import main
from bot.cli.start import app
from bot.discord.context import NEEDED, named
from bot.features.my_data.store import personal_tables
from bot.features.registry import FEATURES
from bot.settings import Settings, SettingsError
from corpus.books import Book, BookPart, Edition, Ratings, Requirement, SimilarBook
from corpus.documents import KINDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
COMMANDS = ROOT / "docs" / "commands.md"
NAMES = ("README", "CHANGELOG", "CONTRIBUTING", ".github/CODE_OF_CONDUCT", "SECURITY", "leak_benchmark/README")
PAGES = [*(ROOT / f"{name}.md" for name in NAMES), *sorted((ROOT / "docs").glob("*.md"))]
TYPED = "› "
WIDTH = 100  # columns at which a terminal breaks the lines of an answer, at most

_CONVERSATION = re.compile(
    r"(?<=<!-- conversation:begin -->\n```text\n).*(?=```\n<!-- conversation:end -->)", re.DOTALL
)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^()\s#]*)(?:#([^()\s]*))?\)")
_PATH = re.compile(r"`((?:bot|corpus|retrieval|prompts|tests|docs)/[\w./-]+)`")
_COMMAND = re.compile(r"python run_bot\.py((?:[ \n]+(?:\"[^\"\n]*\"|[^\s`|\"]+))*)")
_SETTING = re.compile(r"^\| `([A-Z][A-Z_]+)` \|", re.MULTILINE)
_CONSTANT = re.compile(r"^\| `((?:bot|corpus|retrieval)\.[\w.]+)\.([A-Z_]+)` \| ([^|]+) \|", re.MULTILINE)
_COMMANDS = re.compile(r"(?:^\| `/.*\n)+", re.MULTILINE)
_WRITTEN = re.compile(r"^`([\w/]+\.py)`\n\n```python$", re.MULTILINE)  # a file that the page has its reader write
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def anchors(page: str) -> set[str]:
    """Return the names by which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target, anchor in _LINK.findall(text_of(page)):
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in anchors(text_of(path))):
            broken.append(f"{target}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_is_told_in_words_and_none_is_drawn_with_letters(page: Path) -> None:
    assert [told for told in re.findall(r"!\[(.*?)\]\(", text_of(page)) if len(told) < 20] == []
    assert re.findall(r"[\u2500-\u257f\u2580-\u259f]{3}", text_of(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = set(_PATH.findall(text_of(page))) - set(_WRITTEN.findall(text_of(page)))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def commands(page: str) -> Iterator[list[str]]:
    """Yield what stands behind `run_bot.py` wherever a page names it, word by word."""
    for found in _COMMAND.finditer(page):
        words = shlex.split(found[1].replace("\n", " "))
        if words and re.fullmatch(r"[a-z]+", words[0]):
            yield words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_of_the_program_with_its_options(page: Path) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    wrong = []
    for name, *words in commands(text_of(page)):
        taken = {option for parameter in known[name].params for option in parameter.opts} if name in known else set()
        wrong += [" ".join((name, word)) for word in words if word.startswith("--") and word not in taken]
        wrong += [name] * (name not in known)
    assert wrong == []


def test_every_command_of_the_program_is_told_of() -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    said = text_of(ROOT / "docs" / "terminal.md")
    assert [name for name in known if f"run_bot.py {name}" not in said and f"`{name}`" not in said] == []


def test_the_settings_are_those_of_the_program() -> None:
    told = _SETTING.findall(text_of(ROOT / "docs" / "settings.md"))
    assert sorted(told) == sorted(dotenv_values(ROOT / ".env.example"))
    assert len(told) == len(Settings.model_fields) - 1, "all fields are settings but `secrets`"
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(dict.fromkeys(told, "no good for any"))
    free = {"DOGEAR_DATA", "DOGEAR_LIBRARY", "EMBEDDING_MODEL"}  # any word may name one
    assert sorted(caught.value.problems) == sorted({*told} - free)


def command_rows() -> str:
    """Return the table of slash commands, as the program registers them."""
    tops = [top for feature in FEATURES for cog in feature.cogs for top in vars(cog)["__cog_app_commands__"]]
    found = [each for top in tops for each in (top.walk_commands() if isinstance(top, Group) else [top])]
    rows = []
    for each in sorted((one for one in found if isinstance(one, Command)), key=lambda one: one.qualified_name):
        fields = "".join(f" {field.name}" if field.required else f" [{field.name}]" for field in each.parameters)
        explained = "".join(f"<br>`{field.name}`: {field.description}" for field in each.parameters)
        may = (each.root_parent or each).default_permissions
        seen = " and ".join(named(name) for name, given in may if given) if may else "everybody"
        rows.append(f"| `/{each.qualified_name}{fields}` | {each.description}{explained} | {seen} |\n")
    return "".join(rows)


def test_the_list_of_commands_is_that_of_the_program() -> None:
    assert _COMMANDS.findall(text_of(COMMANDS)) == [command_rows()], "python -m tests.test_docs puts this right"


def first_column(page: str, head: str) -> list[str]:
    """Return the names in the first column of the table that begins with this head."""
    table = re.search(rf"^\| {re.escape(head)} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert table, f"there is no table of {head}"
    return re.findall(r"`([^`]+)`", " ".join(row.split(" | ")[0] for row in table[1].splitlines()))


def test_the_page_of_the_library_has_the_fields_and_the_kinds_that_are_read() -> None:
    page = text_of(ROOT / "docs" / "library.md")
    (example,) = re.findall(r"^## `book.toml`\n\n```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    told = tomllib.loads(example)
    of_dogear = {"slug", "club", "extra"}
    assert sorted(told) == sorted({each.name for each in fields(Book)} - of_dogear)
    tables = {"parts": BookPart, "requires": Requirement, "similar": SimilarBook, "editions": Edition}
    for name, kind in tables.items():
        assert sorted(told[name][0]) == sorted(each.name for each in fields(kind)), name
    assert sorted(told["ratings"]) == sorted(each.name for each in fields(Ratings))
    kinds = re.findall(r"^\| `\w+\.md` \| `(\w+)` \|", page, re.MULTILINE)
    assert kinds == list(KINDS)
    (front,) = re.findall(r"```markdown\n---\n(.*?)---\n```", page, re.DOTALL)
    read = re.search(r'in \("title", .*?\)', text_of(ROOT / "corpus" / "documents.py"))
    assert read
    named = {"kind", "reveals", "author", *re.findall(r"\w+", read[0].removeprefix("in "))}
    assert {line.partition(":")[0] for line in front.splitlines()} == named


def test_the_page_of_batch_has_what_goes_in_and_what_comes_out() -> None:
    page, source = text_of(ROOT / "docs" / "terminal.md"), text_of(ROOT / "bot" / "cli" / "batch.py")
    told_in = re.split(r"(?m)^\| `", page.partition("| in | |")[2].partition("What comes out")[0])[1:]
    assert [row.partition("`")[0] for row in told_in] == ["id", "do", "book", "at", "text"]
    assert set(re.findall(r'asked\.get\("(\w+)"\)', source)) == {"id", "do", "book", "at", "text"}
    assert re.findall(r"`(\w+)`", told_in[1].partition(" | ")[2]) == list(batch.KINDS)
    assert first_column(page, "out") == ["id", *batch._row(Reply("ask"), {}), "ms"]
    passage = next(row for row in page.splitlines() if row.startswith("| `passages`"))
    rows = re.search(r"yield \{(.*?)\}", source, re.DOTALL)
    assert rows
    assert re.findall(r"`(\w+)`", passage)[1:] == re.findall(r'"(\w+)":', rows[1])


def test_the_app_directory_gets_what_fits_and_the_invite_page_names_every_permission() -> None:
    told = tomllib.loads(text_of(ROOT / "deploy" / "app-directory.toml"))
    assert len(told["name"]) <= 32
    assert len(told["description"]) <= 400
    assert len(told["tags"]) <= 5
    assert max(map(len, told["tags"])) <= 20
    assert all((ROOT / picture).exists() for picture in told["pictures"])
    assert sorted(told["permissions"]) == sorted(NEEDED)
    page = text_of(ROOT / "docs" / "invite.md")
    rows = re.findall(r"^\| ([A-Z][^|]+) \|", page, re.MULTILINE)
    assert sorted(name for row in rows for name in row.split(", ")) == sorted(map(named, NEEDED))
    assert all(f"`{scope}`" in page for scope in told["scopes"])


def test_every_page_has_its_place_in_the_site() -> None:
    menu = text_of(ROOT / "mkdocs.yml")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f": {page.name}\n" not in menu] == []


def test_the_privacy_page_names_everything_that_is_kept_about_a_member() -> None:
    told = re.findall(r"^\| (.+?) \| .+ \| .+ \|$", text_of(ROOT / "docs" / "privacy.md"), re.MULTILINE)
    assert FEATURES
    assert sorted(told[1:]) == sorted(personal.says for _, personal in personal_tables())


def value_of(module: str, name: str) -> object:
    """Return what a module's constant is set to; nothing is run."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_bytes())
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return ast.literal_eval(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    if isinstance(target, ast.Name) and target.id == name:
                        return ast.literal_eval(value)
    raise AssertionError(f"{module} has no {name}")


CONSTANTS = [(page.name, *found) for page in PAGES for found in _CONSTANT.findall(text_of(page))]


@pytest.mark.parametrize(("page", "module", "name", "told"), CONSTANTS)
def test_every_number_is_that_of_the_code(page: str, module: str, name: str, told: str) -> None:
    assert ast.literal_eval(re.sub(r"(?<=\d),(?=\d)", "", told.strip())) == value_of(module, name), page


def test_the_line_that_makes_the_weights_again_is_understood() -> None:
    source = text_of(ROOT / "retrieval" / "training" / "__main__.py")
    told = re.findall(r"`?(--[a-z]+)", text_of(ROOT / "docs" / "weights.md"))
    assert told
    assert [option for option in told if f'"{option}"' not in source] == []


def shown_conversation() -> str:
    found = _CONVERSATION.search(text_of(README))
    assert found, "README.md has lost the marks around its conversation"
    return found[0]


def typed_lines(shown: str) -> list[str]:
    return [line.removeprefix(TYPED) for line in shown.splitlines() if line.startswith(TYPED)]


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_conversation_is_what_the_program_prints(
    tmp_path: Path,
    shipped_store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    logs_as_before: None,
) -> None:
    shown = shown_conversation()
    shutil.copytree(shipped_store, tmp_path / "data")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed_lines(shown))))
    assert main(["chat"], {"DOGEAR_DATA": str(tmp_path / "data")}) == 0
    told = [line for line in shown.splitlines() if not line.startswith(TYPED)]
    assert plain(" ".join(told)) == plain(capsys.readouterr().out), "python -m tests.test_docs puts this right"


def conversation(lines: list[str], data: Path) -> str:
    """Return these lines and what is told to each, as a terminal shows it to a reader who was never here."""
    from bot.cli.chat import Conversation, greeting
    from bot.cli.reader import Reader
    from bot.opening import open_discussion

    with open_discussion(Settings(data=data)) as discussion:
        talk = Conversation(discussion, Reader(), lambda _: "")
        told = [greeting(discussion.library.books, Reader()), *(f"{TYPED}{line}\n{talk.say(line)}" for line in lines)]
    broken = (textwrap.wrap(line, WIDTH, break_on_hyphens=False) or [""] for line in "\n\n".join(told).split("\n"))
    return "".join(f"{line}\n" for part in broken for line in part)


def as_told(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def with_numbers(page: str) -> str:
    """Return a page with the numbers of its tables as the code has them."""

    def row(found: re.Match[str]) -> str:
        return found[0].replace(f"| {found[3]} |", f"| {as_told(value_of(found[1], found[2]))} |")

    return _CONSTANT.sub(row, page)


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(with_numbers(text_of(path)), encoding="utf-8")
    COMMANDS.write_text(_COMMANDS.sub(lambda _: command_rows(), text_of(COMMANDS)), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        now = conversation(typed_lines(shown_conversation()), Path(folder))
    README.write_text(_CONVERSATION.sub(lambda _: now, text_of(README)), encoding="utf-8")
