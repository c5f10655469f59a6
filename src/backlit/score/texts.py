"""What do texts and addresses of links say, each looked at once however many links share it?"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.score import cues
from backlit.score.numbers import Bools, Floats, Ints, has
from backlit.urls import icann_domain

__all__ = ["each", "icann_of", "lowered", "money_of", "name_codes", "names_target", "same_names", "squeezed"]

#: Words up to which a text is what people search for; from the second number on it is a sentence.
_KEYWORD, _SENTENCE = 5, 9
#: Letters that a name needs to be told from a word.
_NAME = 4


def each(column: pa.Array, judge: Callable[[pa.Array], Floats | Bools]) -> Floats:
    """What `judge` says of every different text of a column, for each row; null texts are NaN."""
    found = column.dictionary_encode()
    values = np.append(np.asarray(judge(found.dictionary), float), np.nan)
    rows = np.asarray(found.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    said: Floats = values[rows]
    return said


def lowered(column: pa.Array) -> pa.Array:
    """Texts in lower case."""
    return pc.utf8_lower(column)


def squeezed(column: pa.Array) -> pa.Array:
    """Texts in lower case without anything but letters and digits."""
    return pc.replace_substring_regex(pc.utf8_lower(column), r"[^\pL\pN]+", "")


def money_of(anchors: pa.Array) -> Floats:
    """How far texts are what somebody wants to be found for, by words alone: 0 to 1."""
    texts = lowered(anchors)
    words = pc.fill_null(pc.count_substring_regex(texts, r"[^\s]+"), 0).to_numpy(zero_copy_only=False)
    sells = has(texts, cues.COMMERCIAL) & ~has(texts, cues.BUTTON)
    strength = np.where(has(texts, cues.SPAM_TRADE), 1.0, np.where(sells, 0.8, 0.0))
    return strength * np.where(words >= _SENTENCE, 0.2, np.where(words > _KEYWORD, 0.5, 1.0))


def name_codes(column: pa.Array) -> tuple[Ints, list[str]]:
    """A code for each text (null is -1), and the different texts."""
    found = column.dictionary_encode()
    codes = np.asarray(found.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    return codes, found.dictionary.to_pylist()


def names_target(anchors: pa.Array, domains: pa.Array) -> Floats:
    """1 where the text of a link is an address, or the name of the domain it leads to; else 0.

    A part of the name counts where it is no word that sells: "cheap loans" is not the name of
    cheap-loans-now.example, "Cheap Loans Now" is. A missing text names nothing, and is NaN.
    """
    texts, names = name_codes(anchors)
    targets, hosts = name_codes(domains)
    plain = squeezed(pa.array(names, pa.string())).to_pylist()
    sells = money_of(pa.array(names, pa.string())) > 0 if names else np.zeros(0, bool)
    pairs, back = np.unique(np.stack([texts, targets]), axis=1, return_inverse=True)
    said = [_names(names, plain, sells, hosts, text, target) for text, target in pairs.T.tolist()]
    found: Floats = np.array(said, float)[back.reshape(-1)]
    return found


def same_names(one: pa.Array, other: pa.Array) -> Floats:
    """1 where two domains bear one name, whatever their endings and hyphens; else 0."""
    left, names = name_codes(one)
    right, others = name_codes(other)
    pairs, back = np.unique(np.stack([left, right]), axis=1, return_inverse=True)
    said = [a >= 0 and b >= 0 and _alike(names[a], others[b]) for a, b in pairs.T.tolist()]
    found: Floats = np.array(said, float)[back.reshape(-1)]
    return found


def _alike(one: str, other: str) -> bool:
    a, b = sorted((_letters(one.partition(".")[0]), _letters(other.partition(".")[0])), key=len)
    return len(a) > _NAME and b.startswith(a)


def _names(
    names: list[str], plain: list[str], sells: Bools, hosts: list[str], text: int, target: int
) -> float:
    if text < 0 or target < 0 or not plain[text]:
        return np.nan
    raw, word = names[text].strip().lower(), plain[text]
    if raw.startswith(("http://", "https://", "www.")):
        return 1.0
    name = hosts[target].partition(".")[0]
    whole, part = _letters(hosts[target]), _letters(name)
    if word in (whole, part, f"www{whole}"):
        return 1.0
    inside = len(part) >= _NAME and part in word and len(word) <= 3 * len(part)
    begins = len(word) >= _NAME and part.startswith(word) and not sells[text]
    return float((inside and not sells[text]) or begins)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def icann_of(domains: pa.Array) -> pa.Array:
    """The ICANN domain of each domain: sub-sites of one platform are one."""
    found = domains.dictionary_encode()
    folded = pa.array([icann_domain(name) for name in found.dictionary.to_pylist()], pa.string())
    return folded.take(found.indices)
