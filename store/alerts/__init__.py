"""Tables of alerting: observations, incidents, outbox, people."""
