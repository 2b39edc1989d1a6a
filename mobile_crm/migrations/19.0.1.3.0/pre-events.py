# What other indexes serve as well, or nothing asks for.
SUPERSEDED = ('company_id', 'device_id', 'occurred_at', 'partner_id', 'store_id')


def migrate(cr, version):
    """Give the facts their new columns without writing each of them, and drop the indexes that new ones replace."""
    # PostgreSQL remembers the default of the rows that are there.
    cr.execute("ALTER TABLE mobile_event ADD COLUMN IF NOT EXISTS origin varchar NOT NULL DEFAULT 'phone'")
    cr.execute("ALTER TABLE mobile_event ALTER COLUMN origin DROP DEFAULT")
    cr.execute("ALTER TABLE mobile_device ADD COLUMN IF NOT EXISTS is_handed_on boolean")
    cr.execute("""UPDATE mobile_device SET is_handed_on = TRUE
                   WHERE anonymous_since > create_date + interval '5 seconds'""")
    for column in SUPERSEDED:
        cr.execute(f'DROP INDEX IF EXISTS mobile_event__{column}_index')
