"""Marks texts in tables for translation; lupdate knows the function by its name."""


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    return text
