"""Model for the command line: it scores by six words and does not import torch."""

from tests.nlp.factories import WordModel


class Words(WordModel):
    """Model of the tests of nlp/."""
