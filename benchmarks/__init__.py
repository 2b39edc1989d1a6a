"""What the phone API costs: each figure is a ratio of two sides that were measured side by side in one run."""

import odoo.init
