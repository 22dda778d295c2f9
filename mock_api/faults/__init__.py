"""What can go wrong between a client and an API, on request.

One file for each kind of scenario; importing them fills ``scenario.SCENARIOS``.
"""

from mock_api.faults import bodies, catalogues, connections, redirects, statuses
