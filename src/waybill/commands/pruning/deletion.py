"""One prune under way: every version that was chosen, from the look at it to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from waybill.commands.account.catalogue import survey
from waybill.commands.account.find import Shelves
from waybill.commands.pruning.doomed import Doomed, identified, look_at_doomed
from waybill.commands.pruning.facts import all_answered, facts_of
from waybill.commands.pruning.tombstones import delete, remove_tombstones, write_tombstones
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import KeyArn
from waybill.domain.names import Keys
from waybill.domain.pruning.protected import protected
from waybill.domain.pruning.prune import Choice, Fate, PruneRequest
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.versions import Version
from waybill.errors import ArtifactError, ConflictError, WaybillError
from waybill.progress import Started, Warned

AT_ONCE = 8
"""Versions under way at once, each in every region."""


@dataclass(slots=True, kw_only=True)
class Work:
    """The versions as they become, and what went wrong with which. `by` is who prunes; `changed`: anything was written.

    Everything that is written is create-only, or a deletion: whatever ends early, the next run finishes it.
    """

    request: PruneRequest
    shelves: Shelves
    found: Catalogue
    tools: Tools
    by: str
    changed: bool = False
    errors: dict[Version, WaybillError] = field(default_factory=dict)
    _choices: dict[Version, Choice] = field(default_factory=dict)
    _doomed: dict[Version, Doomed] = field(default_factory=dict)

    def choices(self) -> tuple[Choice, ...]:
        """Return what became of the versions, in the order in which they were chosen."""
        return tuple(self._choices.values())

    def look(self, choices: Sequence[Choice], kms: Mapping[str, KeyArn | None]) -> dict[str, WaybillError]:
        """Look at what is to go, in every region; what is not as it should be is kept. `kms` is what encrypts there.

        Returns the errors of versions that could not be looked at.
        """
        self._choices = {choice.version: choice for choice in choices}
        going = [choice.version for choice in choices if choice.fate is Fate.GOING]

        def look(version: Version) -> Doomed:
            held = self.found.where(self.request.project, version)
            return look_at_doomed(self._keys(version), held, self.shelves, self.tools, kms)

        doomed, errors = everywhere(look, going, limit=AT_ONCE)
        self._doomed = dict(doomed)
        return {version.text: error for version, error in self._keep_what_is_wrong(errors).items()}

    def carry_out(self) -> None:
        """Write the tombstones, look once more at all that can need a version, and delete.

        Whoever moves a channel looks for a tombstone before the put. A mover who looked before it stood has put, with
        all its retries, within their budget: so long is waited. One who is later still finds it on its last read.
        """
        for choice in self.choices():
            if choice.fate is Fate.KEPT and choice.begun:
                self._lift(choice.version, choice.why)
        read = self._each("Reading", list(self._doomed), self._read, keeping=True)
        self._doomed |= read
        written = self._each("Writing the tombstones of", list(read), self._write)
        if not written:
            return
        try:
            self._wait_for_movers()
            needed = self._needed()
        except WaybillError as error:
            self._fail(dict.fromkeys(written, error))
            return
        for version in [version for version in written if version in needed]:
            self._lift(version, f"now {needed[version]}")
        gone = self._each("Deleting", [version for version in written if version not in needed], self._delete)
        for version in gone:
            self._choices[version] = replace(self._choices[version], fate=Fate.PRUNED)

    def _each(
        self, doing: str, versions: Sequence[Version], task: Callable[[Version], Doomed], *, keeping: bool = False
    ) -> dict[Version, Doomed]:
        """Do a step for all versions; return those for which it was done.

        `keeping`: nothing is written yet, so that a version which is not as it should be is kept.
        """
        if not versions:
            return {}
        number = len(versions)
        where = f"{number} version{'' if number == 1 else 's'} in {len(self.shelves.open)} regions"
        self.tools.reporter.tell(Started(f"{doing} {where}"))
        done, errors = everywhere(task, versions, limit=AT_ONCE)
        self._fail(self._keep_what_is_wrong(errors) if keeping else errors)
        return dict(done)

    def _read(self, version: Version) -> Doomed:
        return identified(self._doomed[version], self.tools)

    def _write(self, version: Version) -> Doomed:
        self.changed = True
        write_tombstones(self._doomed[version], self.tools, by=self.by, reason=self.request.reason)
        return self._doomed[version]

    def _delete(self, version: Version) -> Doomed:
        delete(self._doomed[version], self.tools)
        return self._doomed[version]

    def _lift(self, version: Version, why: str) -> None:
        """Let a version stay after all, and be staged and promoted again."""
        self.changed = True
        try:
            remove_tombstones(self._keys(version), self.shelves)
        except WaybillError as error:
            self._fail({version: error})
            return
        kept = f"{why}, so its tombstone was taken away again"
        self._choices[version] = replace(self._choices[version], fate=Fate.KEPT, why=kept)

    def _wait_for_movers(self) -> None:
        left = self.tools.retry.budget
        told = f"Waiting {left:.0f} s for whoever may be moving a channel at this moment"
        self.tools.reporter.tell(Started(told))
        while left > 0:
            self.tools.cancellation.check()
            self.tools.clock.sleep(min(left, 1.0))
            left -= 1.0
        self.tools.cancellation.check()

    def _needed(self) -> dict[Version, str]:
        """Return the versions that are needed now, with the reason. Every region must answer."""
        project = self.request.project
        found = survey(self.request, self.shelves, self.tools, project=project)
        all_answered(found.errors)
        return protected(project, found, facts_of(project, found, self.shelves, self.tools))

    def _keep_what_is_wrong(self, errors: Mapping[Version, WaybillError]) -> dict[Version, WaybillError]:
        """Keep the versions that are not what they should be: deleting them would hide it. Returns the other errors."""
        rest = {}
        for version, error in errors.items():
            if isinstance(error, ArtifactError | ConflictError):
                self._choices[version] = replace(self._choices[version], fate=Fate.KEPT, why=error.what)
                self._doomed.pop(version, None)
                self.tools.reporter.tell(Warned(f"{version} is kept: {error.what}"))
            else:
                rest[version] = error
        return rest

    def _fail(self, errors: Mapping[Version, WaybillError]) -> None:
        for version, error in errors.items():
            self.errors[version] = error
            self._choices[version] = replace(self._choices[version], fate=Fate.FAILED, why=error.what)

    def _keys(self, version: Version) -> Keys:
        return Keys(self.shelves.target.organisation.key_prefix, self.request.project, version)
