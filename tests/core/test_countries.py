"""core.countries: the codes, beside the territories of CLDR."""

import pytest
from babel import Locale

from core.countries import COUNTRY_CODES

# Codes of CLDR that are no countries: unions, unknown regions and private use.
NO_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}


def territory_codes(language):
    return {code for code in Locale(language).territories if len(code) == len("DE")}


def test_codes_are_the_two_letter_territories_of_cldr():
    assert territory_codes("en") - NO_COUNTRIES == COUNTRY_CODES


@pytest.mark.parametrize("language", ["ar", "de", "es", "fr", "ja", "pt", "zh"])
def test_names_in_other_languages_add_no_country(language):
    assert territory_codes(language) - NO_COUNTRIES <= COUNTRY_CODES
    assert {"DE", "US", "XK"} <= territory_codes(language)
