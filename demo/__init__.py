"""The demo: an invented market on a replay site, crawled and judged by the whole product."""
