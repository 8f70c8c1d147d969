"""CodeArtifact: domains, repositories, generic packages in them, and who may use them. moto has none of it.

holdings         what there is: domains, repositories, policies with revisions   (pure)
stock            packages, their versions and assets                             (pure)
desk             one request's surroundings
permits          who may do what, by the policies of domains and repositories
domains, repositories, policies, tags, packages, publishing, versions, endpoints
                 the operations, by what they are about
face, opening    requests over HTTP; where everything begins
"""
