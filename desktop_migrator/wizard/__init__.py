"""The wizard: the use cases, for people who never heard of localStorage. Qt lives here alone."""
