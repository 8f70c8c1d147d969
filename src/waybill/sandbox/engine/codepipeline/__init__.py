"""CodePipeline that really runs: pipelines of all accounts and regions, in this process.

definition, validity   what a pipeline is, and which ones are refused
execution, machine     executions, and the rules by which they move; control, starting  what people do to them;
variables, views       what is put into configurations; what is told of them   (all of these are pure)
shapes                 requests against the service model
files, jobs            buckets in somebody's name; a run of an action as work
sources, deploys, actions
                       the S3 source, the S3 deploy; every action
faults                 delays and failures on purpose
service, operations    all pipelines, and what makes them go; CodePipeline's operations
watch                  uploads that start pipelines
face                   moto's requests
"""
