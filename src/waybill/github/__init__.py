"""The adapter to GitHub's runner: the only place that reads ``GITHUB_*``, ``RUNNER_*``, ``ACTIONS_*``, ``INPUT_*``.

Also the only place that imports PyGithub or actions-toolkit, and then only inside the module that needs it. Of
actions-toolkit 0.1.15 this package uses `actions_toolkit.command.Command`, which renders and escapes a workflow
command correctly and imports nothing heavy. What it lacks or does wrong is covered here:

    gap in actions-toolkit                                   covered by
    no step summary                                          files.SummaryFile
    ``error(..., line=)`` prints empty ``col=`` properties   commands.WorkflowCommands: only what is set is written
    ``set_secret("")`` prints an empty mask                  commands.WorkflowCommands.mask refuses it
    plain text can be taken as a command                     commands.plain
    commands written by several threads can interleave       commands.WorkflowCommands: one lock, one write
    ``get_boolean_input`` of an unset input raises           inputs.read_inputs: unset is absent; parsing is ours
    ``set_failed`` exits at once                             nothing here exits: errors are raised, `main` decides
    the OIDC request has no timeout and no retry             oidc.fetch_id_token
    ``Context().actor`` raises                               context.RunnerContext
    a ``GITHUB_OUTPUT`` path that does not exist raises      files.OutputFile creates the file, or says what is wrong
    importing ``core`` costs `requests` (about 110 ms)       ``core`` is never imported
    ``get_octokit`` and ``graphql`` know one host only,
    importing ``github`` costs PyGithub and edits sys.path   ``github`` is never imported; RunnerContext.api_url
"""
