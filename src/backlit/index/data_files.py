"""How do rows become data files of a table?

Zstd-compressed Parquet with a checksum in every page, in row groups of a size that a look-up reads in
milliseconds, digested while it is written. A file's name ends with the start of its digest, so a name never
stands for two contents, whoever writes it and how often.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from backlit.index.storage import DurableStream, disk

__all__ = ["FILE_BYTES", "ROW_GROUP", "DataFileWriter"]

#: Rows of a row group, bytes of a page in it, and bytes after which a new file is begun. A look-up decodes
#: whole pages: with groups of 122,880 rows it takes twice as long, for 6 % less on disk.
ROW_GROUP = 30_720
PAGE_BYTES = 64 << 10
FILE_BYTES = 256 << 20


class DataFileWriter:
    """Writes rows, in the order in which they come, to as many data files as they fill.

    Nothing is published until `close`; an error before it leaves no file with a name.
    """

    def __init__(self, folder: Path, name: str, *, file_bytes: int = FILE_BYTES) -> None:
        self._folder, self._name, self._limit = folder, name, file_bytes
        self._streams: list[DurableStream] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def write(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Append batches of one schema."""
        for batch in batches:
            if batch.num_rows:
                self._open(batch.schema).write_batch(batch, row_group_size=ROW_GROUP)
                self.rows += batch.num_rows

    def _open(self, schema: pa.Schema) -> pq.ParquetWriter:
        if self._writer is not None and self._streams[-1].tell() >= self._limit:
            self._end_file()
        if self._writer is None:
            name = f"{self._name}-{len(self._streams)}.{{digest}}.parquet"
            stream = disk().create(self._folder / name)
            self._streams.append(stream)
            sink = pa.PythonFile(stream, mode="w")
            self._writer = pq.ParquetWriter(
                sink, schema, compression="zstd", data_page_size=PAGE_BYTES, write_page_checksum=True
            )
        return self._writer

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def close(self) -> list[Path]:
        """Publish the files, and say which they are."""
        self._end_file()
        return [stream.publish_as(stream.path) for stream in self._streams]

    def __enter__(self) -> "DataFileWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in self._streams:
            stream.discard()  # those that were published stay
