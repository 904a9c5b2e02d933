"""Play the inputs of the area `alerts`: detection, emails on a database, SMTP, charts, digests."""
