"""What goes into sealed files and comes out of them: backups and captures.

From outside: `backup_writer` and `captures`; `capture_name`, what their files are called;
`sealing_keys`, which of a person's keys they are sealed with.
"""
