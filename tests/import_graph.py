"""Which module imports what, read from the source: nothing is run."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Import:
    """One import of one name: `module` is the imported module, `name` what is taken from it, or nothing."""

    importer: str
    module: str
    name: str
    line: int

    def __str__(self) -> str:
        taken = f"{self.module}.{self.name}" if self.name else self.module
        return f"{self.importer}:{self.line} imports {taken}"


@dataclass(frozen=True, slots=True)
class Tree:
    """The modules below a folder, by their dotted names, and all of their imports, wherever they stand."""

    modules: Mapping[str, ast.Module]

    @classmethod
    def read(cls, root: Path, roots: tuple[str, ...]) -> "Tree":
        """Read the packages and modules of these names in `root`."""
        files = [path for name in roots for path in (*(root / name).rglob("*.py"), root / f"{name}.py")]
        return cls({_name(path.relative_to(root)): ast.parse(path.read_bytes()) for path in files if path.is_file()})

    def imports(self) -> Iterator[Import]:
        """Yield every import of every module."""
        for importer, tree in self.modules.items():
            for node in ast.walk(tree):
                yield from self._of(importer, node)

    def own_names(self, module: str) -> set[str]:
        """Return the names that a module defines itself, and does not just pass on."""
        names: set[str] = set()
        for node in self.modules[module].body:
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    names.add(name)
                case ast.Assign(targets=targets):
                    names.update(target.id for target in targets if isinstance(target, ast.Name))
                case ast.AnnAssign(target=ast.Name(id=name)):
                    names.add(name)
        return names

    def cycles(self) -> list[str]:
        """Return modules that import one another in a circle, each circle as a line."""
        edges: dict[str, set[str]] = {module: set() for module in self.modules}
        for found in self.imports():
            if found.module in edges and found.module != found.importer:
                edges[found.importer].add(found.module)
        circles, done = [], set[str]()

        def walk(module: str, path: list[str]) -> None:
            if module in path:
                circles.append(" → ".join([*path[path.index(module) :], module]))
            elif module not in done:
                for target in sorted(edges[module]):
                    walk(target, [*path, module])
                done.add(module)

        for module in sorted(edges):
            walk(module, [])
        return circles

    def _of(self, importer: str, node: ast.AST) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(importer, alias.name, "", node.lineno)
            case ast.ImportFrom(names=names, level=level):
                base = node.module or ""
                if level:
                    package = importer if self._is_package(importer) else importer.rpartition(".")[0]
                    parent = package.rsplit(".", level - 1)[0]
                    base = f"{parent}.{base}".rstrip(".")
                for alias in names:
                    whole = f"{base}.{alias.name}"
                    is_module = whole in self.modules
                    yield Import(importer, whole if is_module else base, "" if is_module else alias.name, node.lineno)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Name(id="import_module"), args=[ast.Constant(value=str())]
            ):
                yield Import(importer, node.args[0].value, "", node.lineno)  # type: ignore[attr-defined]
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str()), *_]):
                yield Import(importer, node.args[0].value, "", node.lineno)  # type: ignore[attr-defined]

    def _is_package(self, module: str) -> bool:
        return any(other.startswith(f"{module}.") for other in self.modules)


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
