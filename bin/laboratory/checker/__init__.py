"""The independent checker: reads what one run of the laboratory left behind, and says whether the shop kept its promises.

It imports nothing of the shop and needs nothing but Python. What a run leaves behind, and what the checker says, is in README.md.
"""
