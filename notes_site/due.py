"""Which outputs are made again, and why.

Invariant: an output that is not due would come out as it stands; every one that is due has its reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from notes_site.layout import Layout
from notes_site.memory import Last
from notes_site.model import Target
from notes_site.notes import Notes
from notes_site.trace import NEW, Answers, Reason, Record, World, broken


class Due(Struct, frozen=True):
    """The outputs to be made again, in the order of the plan, and the first reason why, by their URLs.

    Without `everything` the rest is known to stand as it was written.
    """

    targets: tuple[Target, ...]
    reasons: Mapping[str, Reason]
    everything: bool

    @property
    def edited(self) -> frozenset[str]:
        """The pages of notes that are made again because these very notes were edited: somebody is looking at them."""
        return frozenset(
            target.url
            for target in self.targets
            if target.argument and target.argument == self.reasons[target.url].note
        )


def find_due(laid: Layout, notes: Notes, records: Mapping[str, Record], last: Last | None, *, everything: bool) -> Due:
    """The outputs of a layout of which there is no record, or one that does not hold any more."""
    site = None if last is not None and last.site == laid.site_key else laid.site
    around = None if last is not None and last.around == laid.around_key else laid.around
    faces = {path: notes.by_path[path].face for path in laid.site.index.facts_by_path}
    world = World(faces, site, around, Answers())
    targets: list[Target] = []
    reasons: dict[str, Reason] = {}
    for target in laid.targets:
        kept = records.get(target.url)
        reason = NEW if kept is None else broken(kept, target, world)
        if reason is not None:
            targets.append(target)
            reasons[target.url] = reason
    return Due(tuple(targets), reasons, everything)
