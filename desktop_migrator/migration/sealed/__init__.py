"""What goes into sealed files and comes out of them: backups and captures.

From outside: `backup_writer`, `captures` and `write_capture`; `capture_name`, what their files are
called; `sealing_keys`, which of a person's keys they are sealed with.
"""
