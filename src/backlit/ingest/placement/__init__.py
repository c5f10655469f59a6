"""How likely does a link stand in the content of its page? Learned from pages that people marked."""
