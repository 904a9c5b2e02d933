"""The benchmarks of `make bench`: scoring, indexing and crawling beside plain peers."""
