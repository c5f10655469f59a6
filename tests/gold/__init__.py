"""Does judgement stay as good as it was? Floors on real data, pinned to the file they were measured on."""
