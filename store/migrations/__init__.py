"""Alembic revisions of the record's schema; ``store.database.Record.setup`` runs them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring *engine*'s database up to *revision*, the newest by default, in one transaction.

    A second process that comes at the same time waits, and then finds nothing to do.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            connection.execute(text("select pg_advisory_xact_lock(hashtext('harken schema'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
