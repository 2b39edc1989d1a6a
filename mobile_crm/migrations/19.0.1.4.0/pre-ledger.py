def migrate(cr, version):
    """Say that orders have redeemed what was redeemed until now, without writing each row."""
    cr.execute("""
        ALTER TABLE mobile_redemption ADD COLUMN IF NOT EXISTS channel varchar DEFAULT 'sale';
        ALTER TABLE mobile_redemption ALTER COLUMN channel DROP DEFAULT;
    """)
