"""Who is important: pure numbers over a graph of ids, without tables, files or URLs."""
