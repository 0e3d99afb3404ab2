"""How values travel to the server and are compared there, by the type of their column.

From outside: `adapters`, `digest`, `merge` and `text_escape`.
"""
