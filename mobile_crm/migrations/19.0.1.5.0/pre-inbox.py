"""Customers read what is in their inbox. How we tried to bring it to them is beside it now, and not theirs to read."""


def migrate(cr, version):
    # The rules are not updated with the addon: a shop may have its own.
    cr.execute("""
        UPDATE ir_rule
           SET domain_force = '[(''partner_id'', ''='', user.partner_id.id), (''channel'', ''='', ''inbox'')]'
          FROM ir_model_data data
         WHERE data.module = 'mobile_crm' AND data.name = 'mobile_message_customer_rule' AND data.res_id = ir_rule.id
           AND data.model = 'ir.rule' AND domain_force = '[(''partner_id'', ''='', user.partner_id.id)]'""")
