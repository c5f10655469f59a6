"""How alike are two short texts by word vectors that were learned elsewhere? With the extra `ml` only.

The package wordllama brings a table of vectors and a tokenizer in its wheel; both are read from there with
what it is built on, since its own loader asks the network. docs/adr/0023 says what its licence covers.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["WORDS", "Static", "model"]

#: Of texts of up to so many words; above, the words themselves tell more.
WORDS = 40
#: Characters of a text that are looked at.
LIMIT = 2_000
_WEIGHTS, _TOKENIZER = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Static:
    """A tokenizer, and a vector for each of its tokens."""

    tokenizer: Any
    table: NDArray[np.float32]

    def likenesses(self, text: str, others: Sequence[str]) -> Floats:
        """float64[n]: the cosine of the mean vectors of each text and one; 0 for a text without tokens."""
        vectors = self._vectors([text, *others]).astype(np.float64)
        return np.asarray((vectors[1:] * vectors[0]).sum(axis=1))  # row by row: the same in any company

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.table.shape[1]), np.float32)
        encoded = self.tokenizer.encode_batch([text[:LIMIT] for text in texts], add_special_tokens=False)
        for row, each in zip(found, encoded, strict=True):
            if each.ids:
                row[:] = self.table[each.ids].mean(axis=0)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        np.divide(found, norms, out=found, where=norms > 0)
        return found


@lru_cache(maxsize=1)
def model() -> Static | None:
    """The word vectors; None without the extra."""
    found = importlib.util.find_spec("wordllama")
    if found is None or found.origin is None:
        return None
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = Path(found.origin).parent
    (table,) = load_file(folder / _WEIGHTS).values()
    return Static(Tokenizer.from_file(str(folder / _TOKENIZER)), table.astype(np.float32))
