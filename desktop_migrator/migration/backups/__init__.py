"""What is done with backups: kept, checked, pruned, put back; and clearing, which needs one."""
