"""What a use case reads from: profiles, folders or a capture, and the web sites in them.

From outside: `open_sources`, `scan`, `origins` and `matching_sites`.
"""
