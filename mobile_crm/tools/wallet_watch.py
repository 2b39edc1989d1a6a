"""PostgreSQL itself notes which passes may say something else now, whoever has changed what stands on them.

Coupons and balances are changed by Odoo, by our own statements and by tills. A row of ``mobile_wallet_change`` is added
in the same transaction, and nothing is changed that somebody else may be changing: so nobody waits.
"""
from odoo.tools import SQL

CARD, REDEMPTION, REGISTRATION = (
    f'mobile_crm_wallet_{name}' for name in ('card', 'redemption', 'registration'))

_CARD_BODY = """
    INSERT INTO mobile_wallet_change (registration_id)
    SELECT id FROM mobile_wallet_registration WHERE card_id = NEW.id
     UNION ALL
    SELECT id FROM mobile_wallet_registration WHERE partner_id = NEW.partner_id AND card_id IS NULL;
    RETURN NULL;"""
_REDEMPTION_BODY = """
    INSERT INTO mobile_wallet_change (registration_id)
    SELECT id FROM mobile_wallet_registration WHERE card_id = NEW.card_id;
    RETURN NULL;"""
# What Google has of a customer who is gone is taken back there.
_REGISTRATION_BODY = """
    INSERT INTO mobile_wallet_change (app_id, serial, google_class) VALUES (OLD.app_id, OLD.serial, OLD.google_class);
    RETURN NULL;"""
_COLUMNS = ('points', 'expiration_date', 'mobile_expires_at', 'mobile_valid_from', 'mobile_withdrawn_at', 'active',
            'partner_id', 'code')
_TRIGGERS = (
    (CARD, _CARD_BODY, 'loyalty_card', 'AFTER UPDATE OF {columns} ON loyalty_card', '({old}) IS DISTINCT FROM ({new})'),
    (REDEMPTION, _REDEMPTION_BODY, 'mobile_redemption', 'AFTER INSERT OR UPDATE OF state ON mobile_redemption',
     "NEW.state <> 'held'"),
    (REGISTRATION, _REGISTRATION_BODY, 'mobile_wallet_registration', 'AFTER DELETE ON mobile_wallet_registration',
     "OLD.wallet = 'google'"),
)


def watch(cr):
    """Make the triggers; again and again is fine."""
    columns = {
        'columns': ', '.join(_COLUMNS), 'old': ', '.join(f'OLD.{name}' for name in _COLUMNS),
        'new': ', '.join(f'NEW.{name}' for name in _COLUMNS)}
    for name, body, table, event, condition in _TRIGGERS:
        cr.execute(SQL(
            'CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s END $$',
            SQL.identifier(name), SQL(body)))
        cr.execute(SQL('SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s', table, name))
        if not cr.rowcount:
            cr.execute(SQL(
                'CREATE TRIGGER %s %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION %s()', SQL.identifier(name),
                SQL(event.format(**columns)), SQL(condition.format(**columns)), SQL.identifier(name)))


def release(cr):
    """Let the tables be emptied and dropped with the addon."""
    for name in (CARD, REDEMPTION, REGISTRATION):
        cr.execute(SQL('DROP FUNCTION IF EXISTS %s() CASCADE', SQL.identifier(name)))
