"""What a person is told of storage that could not be read as a whole."""


def damage_sentence(store: object, what: str, lost_records: int | None) -> str:
    """`what` is damaged in `store`; None where nobody knows how much was lost."""
    if lost_records is None:
        return f"{store}: {what} An unknown number of records are lost."
    return f"{store}: {what} {lost_records:,} records are lost."
