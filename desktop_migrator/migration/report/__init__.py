"""What a run did, told on a page: kept as facts at its end, drawn as HTML or PDF when asked for."""
