"""A model that the command line can be told to use: it knows six words and loads no torch."""

from tests.nlp.factories import WordModel


class Words(WordModel):
    """As in the tests of nlp/."""
