"""What of a record nothing takes, and how its parts are told."""

from collections.abc import Collection, Iterator, Mapping

from msgspec import Raw

from desktop_migrator.plan.decode.chain import DecodeChain
from desktop_migrator.plan.found_items import RestPart
from desktop_migrator.plan.json_text import as_list, as_object
from desktop_migrator.plan.locations import Location, rest_of, says_nothing
from desktop_migrator.plan.source_reader import Take


def rest_of_record(taken: list[Take]) -> Raw | None:
    """What of the record nobody took, as the first of them decoded it."""
    first = taken[0]
    locations: set[Location] = set()
    for take in taken:
        if take.chain.names == first.chain.names:
            locations |= set(take.locations)
        else:
            locations |= set(_translated(take, first.chain))
    return rest_of(first.value, locations)


def _translated(take: Take, chain: DecodeChain) -> Iterator[Location]:
    """The locations in what another chain makes of the record."""
    inside, other = take.chain.inside, chain.inside
    if inside is None or other is None:
        return
    for location in take.locations:
        whole = (*inside, *location)
        if whole[: len(other)] == other:
            yield whole[len(other) :]
        elif other[: len(whole)] == whole:
            yield ()


def rest_parts(rest: Raw) -> tuple[RestPart, ...]:
    members = as_object(rest)
    values: Mapping[str, Raw] = {"": rest} if members is None else members
    return tuple(
        RestPart(name, _count(value), len(bytes(value)))
        for name, value in values.items()
        if not says_nothing(value)
    )


def _count(value: Raw) -> int:
    inner = as_object(value)
    elements: Collection[object] | None = as_list(value) if inner is None else inner
    return 1 if elements is None else len(elements)
