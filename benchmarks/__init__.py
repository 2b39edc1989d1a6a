"""What the phone API costs: each figure is a ratio of two sides that were measured side by side in one run."""

import odoo.init  # noqa: F401 (what `from odoo import …` names is there only afterwards)
