"""What is kept while a batch of WAT records is read together: the batch, hosts and names, what was made?"""

import os

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.ingest.kernels import PADDING, Ints
from backlit.ingest.records import Record
from backlit.ingest.scope import TooMuchText, host_facts
from backlit.ingest.wat import Head, Link, Meta
from backlit.ingest.wat_links import FOLDS_LENGTH
from backlit.ingest.wat_scan import ESCAPED, ITEM_FIELDS, LINK_FIELDS, META, RECORD_FIELDS, TEXT_AT, scan
from backlit.urls import DROPPED_PARAMETERS, DROPPED_PREFIX

__all__ = [
    "DROPPED",
    "HOSTS",
    "MADE_BYTES",
    "RELS",
    "SALT",
    "Batch",
    "Gathering",
    "Made",
    "Names",
    "Sites",
    "decode_text",
    "packed",
    "strings",
]

#: Bytes of keys that are made in Python for a batch; pages beyond are read by themselves.
MADE_BYTES = 32 << 20
#: Hosts and rels that are remembered from one batch to the next.
HOSTS, RELS = 1 << 17, 1 << 10

decode_text = msgspec.json.Decoder(str).decode
SALT = int.from_bytes(os.urandom(7), "little") | 1


def _dropped() -> NDArray[np.uint8]:
    """By first byte and length: whether a parameter of such a name may be one to drop."""
    table = np.zeros((256, FOLDS_LENGTH), np.uint8)
    for name in DROPPED_PARAMETERS:
        for first in (name[0], name[0].upper()):
            table[ord(first), min(len(name), FOLDS_LENGTH - 1)] = 1
    for first in (DROPPED_PREFIX[0], DROPPED_PREFIX[0].upper()):
        table[ord(first), len(DROPPED_PREFIX) :] = 1
    return table


DROPPED = _dropped()


class Names:
    """Texts that were met, by number; numba's side of it is `wat_links._number`."""

    def __init__(self, capacity: int, store: int) -> None:
        self.table = np.full(4 * capacity, -1, np.int32)
        self.ends = np.zeros(capacity + 1, np.int32)  # the last is how many there are
        self.store = np.zeros(store, np.uint8)

    @property
    def count(self) -> int:
        return int(self.ends[-1])

    def texts(self, first: int) -> list[bytes]:
        """The texts from number `first` on."""
        ends = self.ends[first : self.count].tolist()
        begin = int(self.ends[first - 1]) if first else 0
        data = self.store[begin : ends[-1]].tobytes() if ends else b""
        starts = [begin, *ends]
        return [data[start - begin : end - begin] for start, end in zip(starts, ends, strict=False)]


class Sites:
    """The hosts that were met, as page keys begin, and their domains by number."""

    def __init__(self) -> None:
        self.hosts = Names(HOSTS, 4 << 20)
        self.domains: dict[str, int] = {}
        self.names: list[str] = []
        self.keys, self.host_domains = list[str](), list[int]()
        self._packed, self._ends = bytearray(), list[int]()

    @property
    def is_full(self) -> bool:
        return 2 * self.hosts.count > HOSTS or len(self.domains) > 2 * HOSTS

    def number(self, domain: str) -> int:
        """The number of a domain."""
        number = self.domains.get(domain)
        if number is None:
            number = self.domains[domain] = len(self.names)
            self.names.append(domain)
        return number

    def look_up(self) -> None:
        """Find out what the hosts that are new are in page keys, and the numbers of their domains."""
        for host in self.hosts.texts(len(self.keys)):
            facts = host_facts(host.decode("ascii"))
            key = facts[0] if facts else ""
            self.keys.append(key)
            self._packed += key.encode()
            self._ends.append(len(self._packed))
            self.host_domains.append(self.number(facts[1]) if facts else -1)

    def packed_keys(self) -> tuple[NDArray[np.uint8], Ints, Ints]:
        """What all hosts are in page keys, where each ends there, and the numbers of their domains."""
        keys = np.frombuffer(bytes(self._packed) + bytes(PADDING), np.uint8)
        return keys, np.array(self._ends, np.int32), np.array(self.host_domains, np.int32)


class Made:
    """Keys and texts that were made in Python, by number."""

    def __init__(self) -> None:
        self.keys, self.texts = list[bytes](), list[bytes]()
        self.key_domains = list[int]()
        self.size = 0

    def key(self, located: tuple[str, str], sites: Sites) -> int:
        """The number of a page key, whose domain is noted too."""
        made = located[0].encode()
        self.size += len(made)
        if self.size > MADE_BYTES:
            raise TooMuchText
        self.keys.append(made)
        self.key_domains.append(sites.number(located[1]))
        return len(self.keys) - 1

    def text(self, text: str) -> int:
        """The number of a text."""
        self.texts.append(text.encode())
        return len(self.texts) - 1


def packed(texts: list[bytes]) -> tuple[NDArray[np.uint8], Ints]:
    """Texts one after the other, and where each begins and the last ends."""
    ends = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(text) for text in texts], out=ends[1:])
    return np.frombuffer(b"".join(texts) + bytes(PADDING), np.uint8), ends


def strings(ends: Ints, data: NDArray[np.uint8], valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Texts by where each ends in the data, null where they are not `valid`."""
    bitmap = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(data), bitmap)


class Gathering:
    """Records that wait to be read together, copied to one buffer with a zero byte behind each.

    The buffer is used again: memory that was written to before is written to twice as fast.
    """

    def __init__(self, capacity: int) -> None:
        """With room for so many bytes."""
        self.data = bytearray(capacity + PADDING)
        #: room for the items and links of any records that there is room for
        self.items = np.empty((len(self.data) // 12 + 1, ITEM_FIELDS), np.int32)
        self.links = np.empty((len(self.data) // 24 + 1, LINK_FIELDS), np.int32)
        self.clear()

    def clear(self) -> None:
        """Begin anew. Flat lists of plain values, which the search for reference cycles need not look at."""
        self.offsets, self.heads, self.ends = list[int](), list[bytes](), list[int]()
        self.size = 0

    def add(self, record: Record) -> None:
        """Copy a record; there must be room for it and for one byte more."""
        end = self.size + len(record.view)
        self.data[self.size : end] = record.view
        self.data[end] = 0
        self.offsets.append(record.offset)
        self.heads.append(record.head)
        self.ends.append(end)
        self.size = end + 1


class Batch:
    """Some records, scanned. It looks into what is gathered, and must not be used once that begins anew."""

    def __init__(self, gathered: Gathering) -> None:
        self._heads, self.offsets = gathered.heads, gathered.offsets
        self.data = gathered.data
        self.data[gathered.size : gathered.size + PADDING] = bytes(PADDING)
        self.bytes = np.frombuffer(self.data, np.uint8, gathered.size + PADDING)
        ends = np.array(gathered.ends, np.int32)
        starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int32)
        self._starts, self._ends = starts, ends
        self.fields = np.empty((len(ends), RECORD_FIELDS), np.int32)
        items, links = gathered.items, gathered.links
        n_items, n_links = scan(self.bytes, starts, ends, self.fields, items, links)
        self.item_rows: Ints = items[:n_items]
        self.items: list[list[int]] = self.item_rows.tolist()
        self.links: Ints = links[:n_links]

    def __len__(self) -> int:
        """How many records it holds."""
        return len(self._ends)

    def record(self, number: int) -> Record:
        """A record as it was."""
        payload = bytes(self.data[self._starts[number] : self._ends[number]])
        return Record(self.offsets[number], self._heads[number], payload)

    def text(self, row: list[int], at: int) -> str | None:
        """The text that a row names at a place."""
        start = row[at]
        if start < 0:
            return None
        raw = self.data[start : row[at + 1]]
        return decode_text(b'"%b"' % bytes(raw)) if row[at + 2] & ESCAPED else raw.decode()

    def head(self, row: list[int]) -> Head:
        """What matters of a record's head."""
        links, metas, text = [], [], self.text
        for item in self.items[row[1] : row[2]]:
            if item[1] == META:
                metas.append(Meta(text(item, 2), text(item, 5), text(item, 8)))
            else:
                links.append(Link("", text(item, 2), None, text(item, 5), text(item, 8)))
        return Head(text(row, TEXT_AT["title"]), text(row, TEXT_AT["base"]), links, metas)
