"""What generate.py writes: one module per file of v1, or per part of a large one. Shares no code with the checker."""
