from odoo.modules import Manifest

from . import test_any_kind
from . import test_translations

if Manifest.for_addon("stock_sync_api", display_warning=False):
    # whose flows these do the work of
    from . import test_channel
    from . import test_job
