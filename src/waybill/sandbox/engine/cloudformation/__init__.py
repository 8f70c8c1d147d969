"""CloudFormation as the sandbox has it: our own engine in moto's place, on which stacks are really made.

kinds           the port to the types; types.KINDS has them
document        a template's text, as what it says
functions       intrinsic functions over what is known
service, face   the stacks of all accounts and regions, and their requests
"""
