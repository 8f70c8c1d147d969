"""CodeArtifact: domains, repositories, who may use them. moto has none of it. Packages are not here yet.

holdings         what there is: domains, repositories, policies with revisions   (pure)
desk             one request's surroundings
permits          who may do what, by the policies of domains and repositories
domains, repositories, policies, tags
                 the operations, by what they are about
face, opening    requests over HTTP; where everything begins
"""
