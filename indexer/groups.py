"""Groups of near-duplicates, for engines that walk over hits in their order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from indexer.document import Document
from indexer.results import Hit

T = TypeVar("T")


@dataclass(slots=True)
class PassedGroups:
    """The groups that a walk has passed; a mention without a family is a group by itself."""

    families: set[str] = field(default_factory=set)
    lone_ids: set[str] = field(default_factory=set)  # of mentions without a family

    def new_heads(
        self, rows: Iterable[tuple[Document, T]], earlier_families: Collection[str]
    ) -> list[T]:
        """Pass the groups of *rows*; return the first row of each, but none of *earlier_families*.

        Args:
            rows: documents in the order of hits, each with the value to return for it.
            earlier_families: families whose first hit is on an earlier page.
        """
        heads: dict[str, T] = {}
        for document, row in rows:
            if document.family is None:
                self.lone_ids.add(document.id)
            else:
                self.families.add(document.family)
            if document.family not in earlier_families:
                heads.setdefault(document.family or document.id, row)
        return list(heads.values())


def count_groups(total: int, sizes: Mapping[str, int]) -> int:
    """Return the number of groups among *total* hits; *sizes* has each family of several hits."""
    return total - sum(size - 1 for size in sizes.values())


def with_sizes(heads: Iterable[Hit], sizes: Mapping[str, int]) -> list[Hit]:
    """Return *heads* with the sizes of their groups; a family that *sizes* lacks has one hit."""
    return [replace(hit, group_size=sizes.get(hit.document.family or "", 1)) for hit in heads]
