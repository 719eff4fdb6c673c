"""Stand-ins of CRMs: small fakes written from the vendors' documentation, with faults on purpose.

Each answers the calls that a connection makes, with the limits and forms that the vendor's pages
state. They prove that our side keeps its promises against such an interface, not that the vendor
keeps his.
"""
