"""nlp.text.places: an example for each rule. test_entities.py has the figures."""

import gzip
import json

import pytest

from nlp.text.places.build_cities import main
from nlp.text.places.gazetteer import CITIES_FILE, load_gazetteer
from nlp.text.places.recognizer import find_places


@pytest.mark.parametrize(
    ("text", "language", "expected_places"),
    [
        ("Paris is lovely", "en", {"FR/Paris": "Paris"}),
        ("Paris, Texas is lovely", "en", {"US/Paris": "Paris, Texas"}),
        ("Paris, Germany and Spain", "en", {"FR/Paris": "Paris", "DE": "Germany", "ES": "Spain"}),
        ("from Springfield, OR", "en", {"US/Springfield": "Springfield, OR"}),
        ("Berlin, DE", "en", {"DE/Berlin": "Berlin, DE"}),
        ("Canada, OR else", "en", {"CA": "Canada"}),
        ("London, Idaho", "en", {"US": "London, Idaho"}),
        ("Paris Hilton", "en", {}),
        ("in Paris Hilton rode", "en", {"FR/Paris": "Paris"}),
        ("reading in Reading, UK", "en", {"GB/Reading": "Reading, UK"}),
        ("in Georgia", "en", {}),
        ("Georgia, USA", "en", {"US": "Georgia, USA"}),
        ("in berlin", "en", {"DE/Berlin": "berlin"}),
        ("from berlin", "en", {}),
        ("ONLY IN BERLIN", "en", {"DE/Berlin": "BERLIN"}),
        ("BERLIN MUST GO", "en", {}),
        ("the US and us", "en", {"US": "US"}),
        ("GIVE US MORE", "en", {}),
        ("in Island", "de", {"IS": "Island"}),
        ("in Island", "en", {}),
        ("وبرلين", "ar", {"DE/Berlin": "وبرلين"}),
    ],
)
def test_places_of_a_text(text, language, expected_places):
    entities, rest = find_places(text, language)
    assert {entity.value: entity.said for entity in entities} == expected_places
    assert len(rest) == len(text)
    assert not any(entity.said in rest for entity in entities)


def test_every_city_of_the_names_is_in_the_gazetteer():
    """A misspelt city in names.yaml fails when the file is loaded."""
    names = load_gazetteer("pt").names
    assert names["sao paulo"].default_country == "BR"
    assert names["venedig"].default_country == "IT"


def test_file_of_cities_is_built_from_geonames(tmp_path):
    """It has large cities and small ones of the same name; its bytes are reproducible."""
    cities = [
        {"name": "Bigton", "countrycode": "US", "population": 900_000},
        {"name": "Bígton", "countrycode": "FR", "population": 20_000},
        {"name": "Hamlet", "countrycode": "GB", "population": 20_000},
    ]
    by_number = {str(number): city for number, city in enumerate(cities)}
    (tmp_path / "cities.json").write_text(json.dumps(by_number))
    main(tmp_path / "cities.json", tmp_path / "out")
    lines = gzip.decompress((tmp_path / "out").read_bytes()).decode().splitlines()
    assert lines == ["Bigton\tUS\t900000", "Bígton\tFR\t20000"]
    assert (tmp_path / "out").read_bytes()[4:8] == CITIES_FILE.read_bytes()[4:8] == bytes(4)
