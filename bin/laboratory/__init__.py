"""The crash laboratory: the shop under faults, and who checks what it did."""
