"""What a text says: language, sentiment, topics, family. Nothing here fetches or stores."""
