"""One file, one server: the contract is `bench.server.Server`."""
