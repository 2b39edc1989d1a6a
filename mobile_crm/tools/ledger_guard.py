"""What PostgreSQL itself refuses to do to the ledger of redemptions, whoever asks.

A row moves from state to state along the known ways only. What was counted stays as it was counted, what it is about
never changes, and a row that has cost money is not deleted.
"""
from odoo.tools import SQL

FUNCTION = SQL.identifier('mobile_crm_redemption_guard')
TRIGGER = 'mobile_crm_redemption_guard'
TABLE = SQL.identifier('mobile_redemption')
# From which state to which.
MOVES = (
    ('held', 'confirmed'), ('held', 'void'), ('confirmed', 'void'), ('confirmed', 'returned'),
    ('returned', 'confirmed'), ('returned', 'conflict'), ('conflict', 'void'),
)
# What has cost money, or did until it was given back.
COUNTED = ('confirmed', 'returned', 'conflict')


def protect(cr):
    """Guard the ledger; again and again is fine."""
    cr.execute(SQL(
        """CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
               IF TG_OP = 'DELETE' THEN
                   IF OLD.state IN %(counted)s THEN
                       RAISE EXCEPTION 'Redemption %% was counted and is kept', OLD.id
                             USING ERRCODE = 'restrict_violation';
                   END IF;
                   RETURN OLD;
               END IF;
               IF (NEW.uuid, NEW.card_id, NEW.company_id, NEW.order_ref)
                       IS DISTINCT FROM (OLD.uuid, OLD.card_id, OLD.company_id, OLD.order_ref) THEN
                   RAISE EXCEPTION 'What redemption %% is about does not change', OLD.id
                         USING ERRCODE = 'restrict_violation';
               END IF;
               IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (%(moves)s) THEN
                   RAISE EXCEPTION 'Redemption %% does not go from %% to %%', OLD.id, OLD.state, NEW.state
                         USING ERRCODE = 'restrict_violation';
               END IF;
               IF OLD.state <> 'held' AND (NEW.discount, NEW.revenue, NEW.points, NEW.confirmed_at, NEW.accepted_at)
                       IS DISTINCT FROM (OLD.discount, OLD.revenue, OLD.points, OLD.confirmed_at, OLD.accepted_at) THEN
                   RAISE EXCEPTION 'What redemption %% was counted as does not change', OLD.id
                         USING ERRCODE = 'restrict_violation';
               END IF;
               RETURN NEW;
           END $$""", function=FUNCTION, counted=COUNTED, moves=SQL(', ').join(SQL('%s', move) for move in MOVES)))
    cr.execute(SQL(
        'SELECT 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s', 'mobile_redemption', TRIGGER))
    if not cr.rowcount:
        cr.execute(SQL(
            'CREATE TRIGGER %s BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()',
            SQL.identifier(TRIGGER), TABLE, FUNCTION))


def release(cr):
    """Let the table be emptied and dropped with the addon."""
    cr.execute(SQL('DROP FUNCTION IF EXISTS %s() CASCADE', FUNCTION))
