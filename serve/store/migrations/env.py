"""How Alembic finds the database: the connection of `schema_versions.migrate`."""

from alembic import context

from serve.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
