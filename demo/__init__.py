"""The demo: an invented market on a replay site, crawled and analysed by the whole product."""
