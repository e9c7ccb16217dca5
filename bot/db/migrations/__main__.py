"""Drafts the next version of the database: python -m bot.db.migrations "what changes"."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

import bot.features.registry  # noqa: F401 (a table is known once its feature is imported)
from bot.db.migrate import HEAD, MIGRATIONS, alembic_config, upgrade
from bot.db.sessions import NAME


def draft(message: str, versions: Path) -> None:
    """Write the step from the latest version to the tables as they are now into a folder; Alembic says where."""
    number = f"{int(HEAD) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        upgrade(Path(folder))
        engine = create_engine(f"sqlite:///{Path(folder, NAME)}")
        try:
            with engine.connect() as connection:
                config = alembic_config(connection)
                folders = {str(MIGRATIONS / "versions"), str(versions)}
                config.set_main_option("version_locations", "\n".join(folders).replace("%", "%%"))
                config.set_main_option("path_separator", "newline")
                command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(versions))
        finally:
            engine.dispose()


if __name__ == "__main__":
    draft(" ".join(sys.argv[1:]) or "changed tables", MIGRATIONS / "versions")
