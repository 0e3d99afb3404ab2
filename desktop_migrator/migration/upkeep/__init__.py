"""Looking after what runs have left: validate, repair, analyze, optimize."""
