"""CodePipeline that really runs: pipelines of all accounts and regions, in this process.

definition, validity   what a pipeline is, and which ones are refused
execution, machine     executions, and the rules by which they move
starting, control      what people ask of them, and do to them
variables, views, stage_views, pages, shapes, faults
                       configurations, answers, requests, faults on purpose   (all of these are pure)
files, jobs            buckets in somebody's name; a run of an action as work
sources, deploys, actions
                       the S3 source, the S3 deploy; every action
service, operations    all pipelines, and what makes them go; CodePipeline's operations
watch                  uploads that start pipelines
face, opening          moto's requests; the pipelines that are there from the beginning
"""
