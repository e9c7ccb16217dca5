"""Settings that are folders of this machine."""

from __future__ import annotations

from pathlib import Path

from bot.environment.variables import Variables


def library(variables: Variables, name: str) -> Path | None:
    """Return the folder of a library, which must be there."""
    value = variables.value(name)
    folder = _path(value) if value else None
    if folder is not None and not _is_folder(folder):
        variables.problems[name] = (
            f"There is no folder {folder}. Write the folder that holds one folder for each book, "
            "or nothing for the library that comes with Dogear."
        )
    return folder


def data(variables: Variables, name: str) -> Path | None:
    """Return the folder for data, which is made when it is needed."""
    value = variables.value(name)
    folder = _path(value) if value else None
    if folder is not None and _is_file(folder):
        variables.problems[name] = f"{folder} is a file. Write a folder; it is made when it is needed."
    return folder


def embedding_model(variables: Variables, name: str) -> str | None:
    """Return the name of an embedding model, or its folder, which must then be there."""
    value = variables.value(name)
    if value is None or not (value.startswith((".", "~")) or Path(value).is_absolute()):
        return value
    folder = _path(value)
    if not _is_folder(folder):
        variables.problems[name] = f"There is no folder {folder}. Write a model's folder or name, or nothing."
    return str(folder)


def _path(value: str) -> Path:
    """Return the path that was written, from the home folder where it starts with `~` and there is one."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return Path(value)


def _is_folder(path: Path) -> bool:
    """Return whether there is such a folder and it may be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
