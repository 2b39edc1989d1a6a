def migrate(cr, version):
    """Give the facts their new column without writing each of them: PostgreSQL remembers the default of old rows."""
    cr.execute("ALTER TABLE mobile_event ADD COLUMN IF NOT EXISTS origin varchar NOT NULL DEFAULT 'phone'")
    cr.execute("ALTER TABLE mobile_event ALTER COLUMN origin DROP DEFAULT")
