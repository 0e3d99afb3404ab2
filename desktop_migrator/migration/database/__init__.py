"""Which database a use case works on: opened, made ready by its administrator, freed of a dead
run.

From outside: `open_database`, `person`, `provision`, `unlock`, and `people`, a list of those whose
data goes into it.
"""
