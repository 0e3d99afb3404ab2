"""What the pages are built from; knows no page.

From outside, by the pages: `answer_buttons`, `basics`, `card`, `checks`, `conflict_list`,
`details`, `differences`, `error_panel`, `item_detail`, `item_table`, `kit_panel`, `passphrase`,
`plan_offer`, `prompts`, `rate_chart`, `recovery_key`, `rejection_list`, `result_table`,
`site_choice`, `stage_progress`, `step_sidebar`, `support_bundle_dialog` and
`support_lines`.
"""
