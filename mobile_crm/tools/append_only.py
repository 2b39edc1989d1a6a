"""Tables to which rows are added and nothing else: PostgreSQL itself refuses the rest, whoever asks."""
from odoo.tools import SQL

FUNCTION = SQL.identifier('mobile_crm_append_only')
TRIGGERS = {
    'mobile_crm_append_only_row': SQL('UPDATE OR DELETE'),
    'mobile_crm_append_only_all': SQL('TRUNCATE'),
}


def protect(cr, table):
    """Refuse to change, delete or truncate rows of a table; again and again is fine."""
    cr.execute(SQL(
        """CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
               RAISE EXCEPTION 'Table %% is append-only: %% refused', TG_TABLE_NAME, TG_OP
                     USING ERRCODE = 'restrict_violation';
           END $$""", FUNCTION))
    cr.execute(SQL('SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass', table))
    known = {name for name, in cr.fetchall()}
    for name, verbs in TRIGGERS.items():
        if name not in known:
            cr.execute(SQL(
                'CREATE TRIGGER %s BEFORE %s ON %s FOR EACH %s EXECUTE FUNCTION %s()', SQL.identifier(name), verbs,
                SQL.identifier(table), SQL('STATEMENT' if name.endswith('_all') else 'ROW'), FUNCTION))


def release(cr):
    """Let all such tables be dropped with the addon."""
    cr.execute(SQL('DROP FUNCTION IF EXISTS %s() CASCADE', FUNCTION))
