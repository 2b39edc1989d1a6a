"""PostgreSQL itself notes which passes may say something else now, whoever has changed what stands on them.

Coupons and balances are changed by Odoo, by our own statements and by tills. A row of ``mobile_wallet_change`` is added
in the same transaction, and nothing is changed that somebody else may be changing: so nobody waits.
"""
from odoo.tools import SQL

CARD, NEW_CARD, REDEMPTION, REGISTRATION = (
    f'mobile_crm_wallet_{name}' for name in ('card', 'new_card', 'redemption', 'registration'))

_CARD_BODY = SQL("""
    INSERT INTO mobile_wallet_change (registration_id)
    SELECT id FROM mobile_wallet_registration WHERE card_id = NEW.id
     UNION ALL
    SELECT id FROM mobile_wallet_registration
     WHERE partner_id IN (OLD.partner_id, NEW.partner_id) AND card_id IS NULL;""")
# A balance that is new is on the member card; a campaign's coupons are not, however many are made at once.
_NEW_CARD_BODY = SQL("""
    INSERT INTO mobile_wallet_change (registration_id)
    SELECT registration.id
      FROM fresh
      JOIN loyalty_program program ON program.id = fresh.program_id AND program.program_type IN ('loyalty', 'ewallet')
      JOIN mobile_wallet_registration registration
           ON registration.partner_id = fresh.partner_id AND registration.card_id IS NULL;""")
_REDEMPTION_BODY = SQL("""
    INSERT INTO mobile_wallet_change (registration_id)
    SELECT id FROM mobile_wallet_registration WHERE card_id = NEW.card_id;""")
# What Google has of a customer who is gone is taken back there.
_REGISTRATION_BODY = SQL("""
    INSERT INTO mobile_wallet_change (app_id, serial, google_class) VALUES (OLD.app_id, OLD.serial, OLD.google_class);
    """)
_COLUMNS = ('points', 'expiration_date', 'mobile_expires_at', 'mobile_valid_from', 'mobile_withdrawn_at', 'active',
            'partner_id', 'code')


def _columns(row):
    return SQL(', ').join(SQL('%s.%s', row, SQL.identifier(name)) for name in _COLUMNS)


# What each is called, what it does, on which table and when.
_TRIGGERS = (
    (CARD, _CARD_BODY, 'loyalty_card', SQL(
        'AFTER UPDATE OF %s ON loyalty_card FOR EACH ROW WHEN ((%s) IS DISTINCT FROM (%s))',
        SQL(', ').join(map(SQL.identifier, _COLUMNS)), _columns(SQL('OLD')), _columns(SQL('NEW')))),
    (NEW_CARD, _NEW_CARD_BODY, 'loyalty_card', SQL(
        'AFTER INSERT ON loyalty_card REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT')),
    (REDEMPTION, _REDEMPTION_BODY, 'mobile_redemption', SQL(
        "AFTER INSERT OR UPDATE OF state ON mobile_redemption FOR EACH ROW WHEN (NEW.state <> 'held')")),
    (REGISTRATION, _REGISTRATION_BODY, 'mobile_wallet_registration', SQL(
        "AFTER DELETE ON mobile_wallet_registration FOR EACH ROW WHEN (OLD.wallet = 'google')")),
)


def watch(cr):
    """Make the triggers; again and again is fine."""
    for name, body, table, event in _TRIGGERS:
        cr.execute(SQL(
            'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s RETURN NULL; END $$',
            SQL.identifier(name), body))
        # Made anew: the columns may be others than before.
        cr.execute(SQL('DROP TRIGGER IF EXISTS %s ON %s', SQL.identifier(name), SQL.identifier(table)))
        cr.execute(SQL(
            'CREATE TRIGGER %s %s EXECUTE FUNCTION %s()', SQL.identifier(name), event, SQL.identifier(name)))


def release(cr):
    """Let the tables be emptied and dropped with the addon."""
    for name in (CARD, NEW_CARD, REDEMPTION, REGISTRATION):
        cr.execute(SQL('DROP FUNCTION IF EXISTS %s() CASCADE', SQL.identifier(name)))
