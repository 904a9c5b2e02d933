"""The gates of language and structure: one module a gate, run by ``python -m bench.gates``.

A gate defines ``problems(root)``: a line ``path:line text`` for each violation in the tree *root*,
empty when the gate passes. It may define ``measures(root)`` as well, for figures beside limits.
"""
