"""How are links kept, and how are they asked for? Open Iceberg tables, read through DuckDB."""
