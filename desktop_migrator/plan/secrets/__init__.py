"""What logs somebody in, found in records through their encodings and cut out of them.

From outside: `cut`; `recognise`, what counts; `readings`, what a text encodes; `hints` and
`literals`, a quick look and scripts, for who warns of secrets; `caches`, what is no person's work.
"""
