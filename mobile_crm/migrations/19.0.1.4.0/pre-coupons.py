def migrate(cr, version):
    """Keep coupons as they are: none has been withdrawn, and all count everywhere.

    The rule about who sees which codes is noupdate; it is made anew, since a code that nobody has claimed is worth
    something to whoever reads it.
    """
    cr.execute("""
        ALTER TABLE loyalty_card ADD COLUMN IF NOT EXISTS mobile_channels varchar,
                                 ADD COLUMN IF NOT EXISTS mobile_withdrawn_at timestamp;
        UPDATE ir_rule SET domain_force = '[(''holder_only'', ''='', True), (''partner_id'', ''!='', False)]'
          FROM ir_model_data data
         WHERE data.module = 'mobile_crm' AND data.name = 'loyalty_card_mobile_rule' AND data.res_id = ir_rule.id
           AND domain_force = '[(''holder_only'', ''='', True)]';
    """)
