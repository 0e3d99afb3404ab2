"""The wizard: Qt pages over the same use cases as the command line."""
