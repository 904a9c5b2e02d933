"""From the bytes of a response to the document inside: decompression, charset, surroundings."""
