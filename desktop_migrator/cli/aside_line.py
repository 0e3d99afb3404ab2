"""An item that was kept aside, as one line for a person."""

from desktop_migrator.messages import N_, Translator
from desktop_migrator.model import AsideItem, Rejection, Superseded
from desktop_migrator.plan.item_titles import item_title

_ASIDE_LINES: dict[type[AsideItem], str] = {
    Rejection: N_("Rejected: {entity} {place} of {browser}, profile {profile}: {reason} {remedy}"),
    Superseded: N_(
        "Superseded: {entity} {place} of {browser}, profile {profile}: {reason} {remedy}"
    ),
}


def aside_line(item: AsideItem, tr: Translator, label: str) -> str:
    """What became of it and what to do; `label` is what the plan calls the kind of item."""
    profile = item.source.store.profile
    return tr(
        _ASIDE_LINES[type(item)],
        entity=label,
        place=_known_as(item, tr),
        browser=profile.browser_name,
        profile=profile.name,
        reason=item.reason,
        remedy=item.remedy,
    )


def _known_as(item: AsideItem, tr: Translator) -> str:
    """By its title, where it has one, and by its place."""
    title = item_title(item.raw)
    place = _place(item)
    return tr("“{title}” ({place})", title=title, place=place) if title else place


def _place(item: AsideItem) -> str:
    source = item.source
    return f"{source.key}[{source.position}]" if source.position else source.key
