"""IAM's quotas that a file may pass: checked for every stack before anything is begun. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; IAM counts no white space.
"""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.setup.stacks.wanted import Listed, WantedStack, text

TRUST = 2_048
"""Characters of a role's trust policy, where nobody had AWS raise it (to 8,192 at most)."""

ATTACHED = 10
"""Managed policies of a role or a group, where nobody had AWS raise it (to 20 at most)."""

MANAGED = 6_144
"""Characters of a managed policy; nobody can have AWS raise it."""

WORD, TRUST_FRAME, DEPLOY_FRAME = 3, 380, 2_000
"""Characters that a list's value takes more than its own, and those of a trust policy without its subjects and of
region.yaml's AllowDeploy without the output buckets (with prefixes of some 40 characters)."""


def too_much(stack: WantedStack) -> Iterator[str]:
    """Yield what of a stack IAM would refuse, in words with the numbers."""
    for name, value in stack.parameters.items():
        parts = text(value, str).split(",") if isinstance(value, Listed) and value.parts else []
        size = sum(len(part.replace(" ", "")) + WORD for part in parts)
        if name.endswith("Subjects") and size + TRUST_FRAME > TRUST:
            yield (
                f"the trust policy of {name.removesuffix('Subjects')}Role of {stack.ref} would have about "
                f"{size + TRUST_FRAME} characters for its {len(parts)} subjects, and IAM takes {TRUST}: name fewer "
                "repositories and places for it (`tag:*`, `branch:*` stand for several), or use one account for some "
                "of them"
            )
        if name.endswith("PolicyArns") and len(parts) > ATTACHED:
            yield (
                f"{name} of {stack.ref} would have {len(parts)} managed policies, and IAM takes {ATTACHED}: name fewer "
                "pipelines in its account"
            )
        # Each bucket stands there twice: itself, and what is in it.
        deploys = DEPLOY_FRAME + 2 * size + 2 * len(parts)
        if name == "OutputBucketArns" and deploys > MANAGED:
            yield (
                f"the policy AllowDeploy of {stack.ref} would have about {deploys} characters for its {len(parts)} "
                f"output buckets, and IAM takes {MANAGED}: use another account for some of the pipelines"
            )
