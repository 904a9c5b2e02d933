"""A small web of blogs, forums and a Mastodon instance on loopback, which publishes a corpus."""
