"""Every text that people can read, feature by feature, so that somebody can read them aloud: `python -m tests.texts`.

`python -m tests.texts shelf votes` prints those features alone, and `python -m tests.texts operators` what is printed
for operators. Texts are found in the source: string literals that look like words for people, and the docstrings of
commands, which Discord shows.
"""

import argparse
import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FEATURES = ROOT / "bot" / "features"
EVERYWHERE = {
    "answers": ("bot/answering",),
    "everywhere": ("bot/discord", "bot/*.py"),
    "reading order": ("bot/reading_order", "bot/pictures"),
    "library": ("corpus", "retrieval"),
    "questions for discussion": ("prompts/discussion",),
    "operators": ("bot/cli", "bot/ops", "bot/demo", "bot/db", "run_bot.py"),
}
LEFT_OUT = {"migrations", "training", "weights", "books"}
NOT_READ = {"log", "logger", "_log", "_logger", "logging", "re", "text", "ForeignKey", "Index", "CheckConstraint"}
CODE = re.compile(r"\\|\(\?|^[\w.:{}/#-]*$(?<![a-z][.!?…])|^[A-Z]{2,} |^<\w|^%|\|$|\w\|\w")


@dataclass(frozen=True, slots=True)
class Text:
    """One text, and where it stands."""

    path: Path
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.words}"


def features() -> dict[str, list[Path]]:
    """Return the files that hold texts, by feature, and those of what all features share."""
    found = {folder.name: sorted(folder.rglob("*.py")) for folder in sorted(FEATURES.iterdir()) if folder.is_dir()}
    for name, patterns in EVERYWHERE.items():
        paths = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
        files = [each for path in paths for each in (sorted(path.rglob("*.*")) if path.is_dir() else [path])]
        found[name] = [
            f for f in files if f.suffix in {".py", ".txt"} and not LEFT_OUT & set(f.relative_to(ROOT).parts)
        ]
    return {name: files for name, files in found.items() if files}


def texts(path: Path) -> Iterator[Text]:
    """Yield the texts of a file, in its order."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".txt":
        yield from (Text(path, number, line) for number, line in enumerate(source.splitlines(), 1) if line.strip())
    else:
        yield from (Text(path, line, words) for line, words in sorted(_spoken(ast.parse(source))))


def _spoken(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() if doc := ast.get_docstring(node):
            if any("command" in ast.unparse(decorator) for decorator in node.decorator_list):
                yield node.lineno, doc
        case ast.Constant(value=str(words)) if _for_people(words):
            yield node.lineno, words
        case ast.JoinedStr() if _for_people("".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))):
            yield node.lineno, ast.unparse(node)[2:-1]
            return
    for child in _below(node):
        yield from _spoken(child)


def _below(node: ast.AST) -> Iterable[ast.AST]:
    """Return what a node holds, without docstrings, types, logging and names of tables."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return ()
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name))) if name in NOT_READ:
            return ()
        case ast.arg() | ast.AnnAssign(value=None):
            return ()
        case ast.AnnAssign(value=ast.expr() as value):
            return (value,)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return (*node.decorator_list, node.args, *node.body)
    return ast.iter_child_nodes(node)


def _for_people(words: object) -> bool:
    """Tell words for people from names, patterns and SQL: they hold a space, or are one word with a capital."""
    plain = str(words).strip()
    return bool(re.match(r"[A-Z][a-z]{2,}$", plain)) or bool(
        re.search(r"[A-Za-z]{2}", plain) and not CODE.search(plain)
    )


def main() -> None:
    """Print the texts of the features that are named, or of all."""
    files = features()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("feature", nargs="*", choices=[*files, []], help="which, instead of all")
    for name in parser.parse_args().feature or files:
        print(f"\n# {name}\n")
        for text in (text for path in files[name] for text in texts(path)):
            print(text)


if __name__ == "__main__":
    main()
