"""The regions that a download tried, how each ended, and the result that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from waybill.commands.account.target import Target
from waybill.commands.retrieval.bring import Brought
from waybill.commands.retrieval.holders import Holder
from waybill.commands.tools import Tools
from waybill.domain.download import Downloaded, DownloadRequest
from waybill.domain.names import Keys
from waybill.domain.result import Outcome, RegionResult, Result
from waybill.domain.versions import Version
from waybill.errors import ArtifactError, ExitCode, InputError, WaybillError, exit_code_of, refused_of
from waybill.progress import RegionEnded, Step, Stepped, Warned


@dataclass(slots=True)
class Tried:
    """One download under way. `ends` are the regions that were tried, in order; `faults` what was wrong with them."""

    request: DownloadRequest
    target: Target
    version: Version
    tools: Tools
    started: float
    ends: dict[str, RegionResult] = field(default_factory=dict)
    faults: list[WaybillError] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    _begun: float = 0.0

    @property
    def keys(self) -> Keys:
        """The version's keys."""
        return Keys(self.target.organisation.key_prefix, self.request.project, self.version)

    def begin(self, region: str) -> None:
        """A region is tried now."""
        self.tools.cancellation.check()
        self._begun = self.tools.clock.monotonic()
        self.tools.reporter.tell(Stepped(region, Step.OBSERVE))

    def passed_over(self, region: str, error: WaybillError, holder: Holder | None = None) -> None:
        """A region cannot give the artifact."""
        self.faults.append(error)
        self._end(region, Outcome.FAILED, holder, error)
        self._warn(region)

    def lacks(self, region: str) -> None:
        """A region says that it has no such version; whether that is a fault, the others tell."""
        self.absent.append(region)
        name = f"{self.request.project} {self.version}"
        error = ArtifactError(f"{name} is not stored in {region}.", "`waybill status` shows what each region has.")
        self.faults.append(error)
        self._end(region, Outcome.FAILED, None, error)

    def served(self, holder: Holder, brought: Brought, body: Downloaded) -> Result:
        """Return the result of a region that gave the artifact."""
        for region in self.absent:
            self._warn(region)
        outcome = Outcome.CREATED if brought.changed else Outcome.ALREADY
        self._end(holder.region, outcome, holder)
        return self._result(outcome, brought=brought, body=body)

    def failed(self, error: WaybillError) -> Result:
        """Return the result of a download that brought nothing."""
        return self._result(Outcome.FAILED, error=error)

    def _warn(self, region: str) -> None:
        end = self.ends[region]
        self.tools.reporter.tell(Warned(f"{region} was passed over: {end.error} {end.advice or ''}".rstrip()))

    def _end(self, region: str, outcome: Outcome, holder: Holder | None, error: WaybillError | None = None) -> None:
        self.ends[region] = RegionResult(
            region=region,
            outcome=outcome,
            account=self.target.owner,
            bucket=holder.bucket.name if holder else None,
            key=self.keys.artifact,
            version_id=holder.artifact.version_id if holder else None,
            error=error.what if error else None,
            advice=(error.advice or None) if error else None,
            exit_code=exit_code_of(error) if error else ExitCode.OK,
            seconds=self.tools.clock.monotonic() - self._begun,
            refused=refused_of(error),
        )
        self.tools.reporter.tell(RegionEnded(self.ends[region]))

    def _result(
        self,
        outcome: Outcome,
        *,
        brought: Brought | None = None,
        body: Downloaded | None = None,
        error: WaybillError | None = None,
    ) -> Result:
        final = error is None or isinstance(error, InputError | ArtifactError)
        return Result(
            command="download",
            outcome=outcome,
            changed=outcome is Outcome.CREATED,
            exit_code=exit_code_of(error) if error else ExitCode.OK,
            project=self.request.project,
            version=self.version.text,
            sha256=brought.digests.sha256 if brought else None,
            size=brought.digests.size if brought else None,
            channel=None,
            key=self.keys.artifact,
            caller=self.target.caller.arn,
            regions=tuple(self.ends.values()),
            error=error.what if error else None,
            advice=(error.advice or None) if error else None,
            resume=None if final else self.request.again or None,
            seconds=self.tools.clock.monotonic() - self.started,
            refused=refused_of(error),
            body=body,
        )
