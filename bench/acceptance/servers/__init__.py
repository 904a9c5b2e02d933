"""The servers, one module each; the contract is `bench.acceptance.server.Server`."""
