"""What a run would do, before anything is written.

From outside: `build_preview`, and `preview_store`, from which the faces show it page by page.
"""
