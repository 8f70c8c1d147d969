"""CloudFormation as the sandbox has it: our own engine in moto's place, on which stacks are really made.

document, template, references
                    a template's text; its sections, and what is refused in one; what refers to what
values, functions, logic, parameters, capabilities
                    intrinsic functions; conditions and rules; parameters; what needs consent
stack, sets         what stacks, change sets and StackSets are
scopes, changes, details, pages, views, faults
                    what functions may ask; what an update would change; answers; faults on purpose
kinds, types        the port to the types of resources, and all of them
hands, teller, forward, removal, exports, work
                    one resource; events; the way forward; deletions; outputs; a stack from beginning to end, or back
service, sources, stacks, change_sets, looking
                    all stacks, and CloudFormation's operations on them
set_work, set_places, set_operations, set_looking
                    StackSets
clients, reasons    botocore clients for the types, and why their calls failed
face, opening       its requests over HTTP; how it is when first somebody asks
"""
