"""The Complete Journey, published purchases of 2,469 households, as an Odoo database: see docs/retail.md.

Runs in a process of its own, because Odoo is loaded into it: `./dev load retail` starts it.
"""
