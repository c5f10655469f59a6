"""Where do links come from? Every source yields page observations and links in one shape."""
