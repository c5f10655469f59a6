"""What a page holds, as a test asks for it: its tags with their attributes, and all text."""

from html.parser import HTMLParser


class Outline(HTMLParser):
    """Tags with their attributes, in order, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        rows = [attributes for name, attributes in self.tags if name == tag]
        return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]

    def by_id(self, name: str) -> dict[str, str | None]:
        (found,) = [attributes for _, attributes in self.tags if attributes.get("id") == name]
        return found
