"""The versions of the database, for Alembic: a step stays as it was released, and there is no way down."""
