"""Club data in a database: SQLite in the data folder, or PostgreSQL by its address. `database.py` is the way in."""
