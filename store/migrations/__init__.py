"""Alembic revisions of the schema; ``store.database.Database.setup`` applies them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade the database of *engine* to *revision* (default: the newest) in one transaction.

    A second process at the same time waits, and then has nothing to do.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            connection.execute(text("select pg_advisory_xact_lock(hashtext('harken schema'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
