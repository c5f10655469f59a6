"""How did the tables of the state become what they are? One file for each step, applied by Alembic in order.

A new step is a new file `versions/vNNNN_what.py` with the next number; steps that were published are never
changed. Each runs on SQLite and on PostgreSQL, within one transaction with all the others that are due.
"""
