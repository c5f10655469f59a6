"""How does Alembic get at the database? Over the connection, and in the transaction, of `database.opened`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
