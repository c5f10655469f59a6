"""How do people and programs reach an index over HTTP? Pages, and their JSON and CSV twins."""
