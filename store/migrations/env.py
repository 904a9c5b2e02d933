"""The entry point of Alembic: applies the revisions on the connection of ``upgrade``."""

from alembic import context

from store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
