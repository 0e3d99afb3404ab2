"""What becomes of records: by the plan to items, or to rejections that say why; without any I/O.

From outside: `schema`, the plan itself, and `schema_texts`, its words; `extract` and what it takes
and gives; `accounting`; the parts that other use cases need alone: `bind`, `classify` and
`classified`, `found_items`, `companions`, `detect`, `envelope`, `guess_origins`, `identity`,
`item_titles`, `origins`, `read_ids`, `repair_json`, `secrets`, `sensitive`, `session` and `shapes`;
`infer`, which drafts plans, `check_data`, which holds one against records, and `describe`, which
says in words what one does.
"""
