"""What a run did, told on a page: kept as facts at its end, drawn when asked for.

From outside: `run_facts`; `html` and `pdf`, which draw them, and the `labels` that they share;
`typesetting`, by which a face lends them the system's fonts; `page`, in which the fleet's page is
made, too.
"""
