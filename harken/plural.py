"""Numbers with their nouns, as commands print them."""


def plural(count: int, noun: str, plural_noun: str = "") -> str:
    """Return *count* and its noun: `1 watch`, `2 watches`; *plural_noun* defaults to noun + s."""
    return f"{count:,} {noun if count == 1 else plural_noun or f'{noun}s'}"
