"""Iceberg's door to the files of a home: everything it creates is durable before it is named."""

import errno

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from backlit.index.metadata import path_of
from backlit.index.storage import disk

__all__ = ["DurableFileIO"]


class DurableFileIO(FileIO):
    """Local files, written through the storage of this process."""

    def new_input(self, location: str) -> "_LocalInput":
        return _LocalInput(location)

    def new_output(self, location: str) -> "_LocalOutput":
        return _LocalOutput(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        disk().unlink(path_of(location if isinstance(location, str) else location.location))


class _LocalInput(InputFile):
    def __len__(self) -> int:
        return path_of(self.location).stat().st_size

    def exists(self) -> bool:
        return path_of(self.location).exists()

    def open(self, seekable: bool = True) -> InputStream:
        return path_of(self.location).open("rb")


class _LocalOutput(OutputFile):
    def __len__(self) -> int:
        return path_of(self.location).stat().st_size

    def exists(self) -> bool:
        return path_of(self.location).exists()

    def to_input_file(self) -> _LocalInput:
        return _LocalInput(self.location)

    def create(self, overwrite: bool = False) -> OutputStream:
        path = path_of(self.location)
        if not overwrite and path.exists():
            raise FileExistsError(errno.EEXIST, "file exists", str(path))
        return disk().create(path)
