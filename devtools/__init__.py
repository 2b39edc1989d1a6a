"""What `./dev` is made of: finding Odoo, Python packages, PostgreSQL and a browser. No addon code lives here."""
