"""Backlit reads the web's links from crawl data, keeps them in an open table, and ranks them."""

__version__ = "0.1.0"
