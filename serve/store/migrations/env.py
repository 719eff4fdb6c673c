"""How Alembic finds the database: the connection that `serve.store.engine.upgrade` gives."""

from alembic import context

from serve.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
