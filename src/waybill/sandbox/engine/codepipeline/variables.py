"""Variables in an action's configuration: `#{namespace.name}`. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from __future__ import annotations

import re
from typing import Final

from waybill.sandbox.engine.codepipeline.execution import Execution

_REFERENCE: Final = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_-]+)\}")


def resolved(text: str, execution: Execution) -> str:
    """Return `text` with the variables of the pipeline, of CodePipeline and of earlier actions put in.

    What nobody has exported stays as it is written.
    """
    own = {"PipelineExecutionId": execution.id}
    known = {**execution.exported, "variables": execution.variables, "codepipeline": own}

    def value(found: re.Match[str]) -> str:
        return known.get(found[1], {}).get(found[2], found[0])

    return _REFERENCE.sub(value, text)
