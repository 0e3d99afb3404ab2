"""The use cases, which both faces call; only here browsers, plan, postgres and vault meet.

From outside: `run`, `preview`, `undo`, `upload`, `fleet`, `backups`, `maintenance`, `report`,
`status`, `demo`, `plans`, `desk`, `export`, `electric` and `checklist` are what can be done;
`sources`, `database`, `workspace` and `sealed` what it is done with; `program` what the program can
tell of itself; `progress` and `wizard_options` what the faces share.
"""
