"""Drafts a plan from records: what is data in them, and which tables and columns it would fill.

From outside: `draft_plan`, which does it, and `guesses`, what it returns. The others are its steps,
in the order in which it takes them: `key_groups`, `find_chains`, `find_places`, `draft_entities`
(with `field_types`, `choose_ids` and `find_secrets`), `link_entities`, `fit_tables`, `write_toml`.
"""
