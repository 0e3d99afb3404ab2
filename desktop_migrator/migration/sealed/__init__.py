"""What goes into sealed files and comes out of them: backups and captures, and their keys."""
