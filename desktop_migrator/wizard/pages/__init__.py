"""The wizard's pages, one a module; each asks one thing.

From outside: `base`, and by the window `welcome`, `find`, `review`, `conflicts`, `destination`,
`backup`, `migrate`, `done`, `history`, `restore`, `capture_file`, `captures` and `kit`.
"""
