"""Pure Python that every app shares: money, ids, time, errors, events, pages, the JSON codec. No framework."""
