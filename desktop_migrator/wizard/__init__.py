"""The wizard: the use cases, for people who never heard of localStorage. Qt lives here alone.

From outside: `app`, which `__main__` imports when the program is started without arguments, and
`typesetter`, by which it lends reports the system's fonts.
"""
