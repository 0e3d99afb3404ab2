"""What logs somebody in, found in records through their encodings and cut out of them.

From outside: `cut` (`cut_logins`), `recognise` (what counts), `readings` (what a text encodes) and
`caches` (what is no person's work).
"""
