"""What makes PostgreSQL do as SQLite does; SQLite's tables stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let text be ordered by the numbers of its letters, and go on counting behind the ids that were moved."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        texts = [column["name"] for column in inspector.get_columns(table) if isinstance(column["type"], sa.String)]
        changes = ", ".join(f'ALTER COLUMN "{name}" TYPE VARCHAR COLLATE "C"' for name in texts)
        if changes:
            op.execute(f'ALTER TABLE "{table}" {changes}')
    # Version 0004 moved suggestions with their ids, and a server counts on by itself only where it gave them out.
    op.execute(
        "SELECT setval(pg_get_serial_sequence('discussion_prompts', 'id'), max(id)) FROM discussion_prompts "
        "HAVING max(id) IS NOT NULL"
    )
