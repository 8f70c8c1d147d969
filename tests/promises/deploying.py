"""Deploys of every kind, under roles that are held to the policies of their sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from commands.deployment.stand import Deploys, body_of, no_asker, nobody
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from fakes.codepipeline import Script
from fakes.distributions import DistributionState
from fakes.site import INPUT, OUTPUT, site_pipeline
from promises.sessions import Judge, NarrowGateway
from waybill.cancel import Cancellation
from waybill.commands.deploy import Outside, deploy
from waybill.commands.deployment.proof import Prover
from waybill.domain.arns import Caller
from waybill.domain.deploy.execution import ActionStatus
from waybill.domain.identity import Identity
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.ports.account import Gateway
from waybill.ports.bucket import DefaultEncryption, Encryption

FAILING = Script(status=ActionStatus.FAILED, error="no such bucket")
STAGED = bucket_name(PRODUCTION, "us-east-1")


class Held(Deploys):
    """A stand whose roles are held to the policies of their sessions."""

    def judged(self) -> Judge:
        """Hold everything from now on."""
        judge = Judge(self.world)

        def gateway(identity: Identity) -> Gateway:
            account = identity.role.account if identity.role else DEVELOPMENT
            name = "waybill-deploy" if account == DEVELOPMENT else "waybill-stage"
            return NarrowGateway(judge, Caller(f"arn:aws:sts::{account}:assumed-role/{name}/waybill", account))

        self.gateway = gateway
        return judge

    def run(self, cancellation: Cancellation | None = None, run_id: str = "42", **given: str) -> Result:
        """Deploy under the roles."""
        tools = replace(self.tools(run_id, cancellation or Cancellation()), gateways=self.gateway)
        outside = Outside(proof=Prover(asker=no_asker), announcers=nobody)
        return deploy(self.order(run_id=run_id, **given), tools, outside)


Errand = Callable[[Held], Judge]


def uploaded(stand: Held) -> Judge:
    judge = stand.judged()
    result = stand.run(version="1.0.0", verify_deployed="always")
    assert result.outcome is Outcome.DEPLOYED, result.error
    assert [files.compared for files in body_of(result).files] == [True]
    assert body_of(result).recorded == REGIONS
    return judge


def of_a_channel(stand: Held) -> Judge:
    judge = stand.judged()
    assert stand.run(version="latest").exit_code is ExitCode.OK
    return judge


def staged(stand: Held) -> Judge:
    stand.pipe.definition = site_pipeline(override=True, bucket=bucket_name(DEVELOPMENT, "us-east-1"))
    # One account for both: its pipeline reads the staging bucket itself.
    source = replace(stand.pipe.definition.actions[0], configuration={
        **stand.pipe.definition.actions[0].configuration, "S3Bucket": STAGED,
    })  # fmt: skip
    stand.pipe.definition = replace(stand.pipe.definition, actions=(source, *stand.pipe.definition.actions[1:]))
    judge = stand.judged()
    result = stand.run(version="1.0.0", source="staged", verify_deployed="always")
    assert result.outcome is Outcome.DEPLOYED, result.error
    return judge


def relayed(stand: Held) -> Judge:
    stand.world.deny("copy-source")
    judge = stand.judged()
    assert stand.run(version="1.0.0").outcome is Outcome.DEPLOYED
    return judge


def gone_back(stand: Held) -> Judge:
    assert stand.deploy(version="1.0.0", run_id="1").exit_code is ExitCode.OK
    stand.stage("1.1.0")
    stand.pipe.scripts["Push"] = FAILING
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.pop("Push", None))
    judge = stand.judged()
    result = stand.run(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert back is not None
    assert (result.outcome, back.channel, back.by_stage, back.error) == (Outcome.ROLLED_BACK, True, "Deploy", "")
    return judge


def gone_back_anew(stand: Held) -> Judge:
    stand.deploy(version="1.0.0", run_id="1")
    stand.pipe.update()
    stand.stage("1.1.0")
    stand.pipe.scripts["Push"] = FAILING
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.pop("Push", None))
    judge = stand.judged()
    result = stand.run(version="1.1.0", on_failure="rollback")
    assert result.outcome is Outcome.ROLLED_BACK
    return judge


def stopped(stand: Held) -> Judge:
    stand.pipe.scripts["Push"] = Script(seconds=300)
    cancellation = Cancellation()
    stand.pipe.at(30, lambda: cancellation.cancel(15))
    judge = stand.judged()
    result = stand.run(cancellation, version="1.0.0", on_cancel="stop")
    assert result.exit_code is ExitCode.TERMINATED
    assert stand.pipe.runs[-1].status.value == "Stopping"
    return judge


def invalidated(stand: Held) -> Judge:
    stand.world.distributions[DEVELOPMENT, "E1EXAMPLE"] = DistributionState()
    judge = stand.judged()
    result = stand.run(version="1.0.0", invalidate="E1EXAMPLE /*")
    assert result.outcome is Outcome.DEPLOYED, result.error
    assert body_of(result).invalidation
    return judge


def invalidated_in_production(stand: Held) -> Judge:
    """Production has the distribution: the pipeline's account is asked first, and has none of this id."""
    stand.world.distributions[PRODUCTION, "E1EXAMPLE"] = DistributionState()
    judge = stand.judged()
    result = stand.run(version="1.0.0", invalidate="E1EXAMPLE /*")
    assert result.outcome is Outcome.DEPLOYED, result.error
    assert body_of(result).invalidation
    return judge


def approved(stand: Held) -> Judge:
    stand.pipe.definition = site_pipeline(approval=True)
    stand.pipe.at(60, lambda: stand.pipe.decide("Manual", approve=True))
    judge = stand.judged()
    assert stand.run(version="1.0.0").outcome is Outcome.DEPLOYED
    return judge


def superseded(stand: Held) -> Judge:
    stand.pipe.scripts["Push"] = Script(seconds=100)
    stand.deploy(version="1.0.0", wait="false", run_id="1")
    stand.clock.advance(5)
    stand.pipe.at(20, lambda: stand.pipe.begin("StartPipelineExecution"))
    judge = stand.judged()
    result = stand.run(version="1.0.0", source="upload", run_id="2")
    assert result.exit_code is ExitCode.OK, result.error
    return judge


def dry_run(stand: Held) -> Judge:
    judge = stand.judged()
    assert stand.run(version="1.0.0", dry_run="true").outcome is Outcome.PLANNED
    return judge


def behind_an_alias(stand: Held) -> Judge:
    for region in REGIONS:
        state = stand.world.buckets[bucket_name(PRODUCTION, region)]
        state.default = DefaultEncryption(Encryption.KMS, "alias/waybill-staging")
    judge = stand.judged()
    assert stand.run(version="1.0.0").outcome is Outcome.DEPLOYED
    return judge


def encrypted_output(stand: Held) -> Judge:
    """Keys are given, and the output bucket has one of another account."""
    other = stand.world.add_key("us-east-1", DEVELOPMENT, shared=True)
    stand.world.buckets[OUTPUT].default = DefaultEncryption(Encryption.KMS, other.text)
    push = stand.pipe.definition.actions[-1]
    said = replace(push, configuration={**push.configuration, "KMSEncryptionKeyARN": other.text})
    stand.pipe.definition = replace(stand.pipe.definition, actions=(*stand.pipe.definition.actions[:-1], said))
    lines = "\n".join(f"{region}=arn:aws:kms:{region}:{PRODUCTION}:alias/waybill-staging" for region in REGIONS)
    judge = stand.judged()
    result = stand.run(version="1.0.0", kms_key=lines, verify_deployed="always")
    assert result.outcome is Outcome.DEPLOYED, result.error
    return judge


def into_a_folder(stand: Held) -> Judge:
    push = stand.pipe.definition.actions[-1]
    said = replace(push, configuration={**push.configuration, "ObjectKey": "www/site"})
    stand.pipe.definition = replace(stand.pipe.definition, actions=(*stand.pipe.definition.actions[:-1], said))
    judge = stand.judged()
    result = stand.run(version="1.0.0", verify_deployed="always")
    assert result.outcome is Outcome.DEPLOYED, result.error
    return judge


ERRANDS: list[Errand] = [
    uploaded,
    of_a_channel,
    staged,
    relayed,
    gone_back,
    gone_back_anew,
    stopped,
    invalidated,
    invalidated_in_production,
    approved,
    superseded,
    dry_run,
    behind_an_alias,
    encrypted_output,
    into_a_folder,
]


def prepared() -> Held:
    stand = Held()
    key = stand.world.add_key("us-east-1", DEVELOPMENT)
    stand.world.buckets[INPUT].default = DefaultEncryption(Encryption.KMS, key.text)
    stand.world.share(PRODUCTION, with_account=DEVELOPMENT)
    stand.stage("1.0.0")
    return stand
