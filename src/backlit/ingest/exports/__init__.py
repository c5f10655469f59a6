"""Which links or leads do other tools' exports, lists and logs report?

One module per tool holds its tables as data; `detect` tells a file by its header or its shape, `preview`
shows what would come of it, `read_table` reads it into the batches of `model`.
"""

from backlit.ingest.exports.detect import detect
from backlit.ingest.exports.files import TableFile, is_zip, table_files
from backlit.ingest.exports.preview import Preview, preview
from backlit.ingest.exports.reading import identity_of, read_table, sniff
from backlit.ingest.exports.spec import FIELDS, Format

__all__ = [
    "FIELDS",
    "Format",
    "Preview",
    "TableFile",
    "detect",
    "identity_of",
    "is_zip",
    "preview",
    "read_table",
    "sniff",
    "table_files",
]
