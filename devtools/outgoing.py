"""Keeps on this machine what the servers of a developer write to customers.

The numbers and addresses of a demo are nobody's, but Odoo would still ask its maker's service to send the text
messages and a mail server, where there is one, to send the mail. So the queues' workers are switched off: what was
written stays in its queue (Settings > Technical), where the journey and the tests read one-time codes.
"""

#: Odoo's scheduled actions that send something to somebody or ask its maker's services.
WORKERS = [
    'mail.ir_cron_mail_scheduler_action',
    'mail.ir_cron_module_update_notification',
    'sms.ir_cron_sms_scheduler_action',
    'snailmail.snailmail_print',
    'crm_iap_enrich.ir_cron_lead_enrichment',
]


def hold(databases, name):
    """Switch off the workers of the outgoing queues in a database.

    :param Databases databases: where it is
    :param str name: the database, on which no server runs yet
    """
    with databases.server.cursor(name) as cursor:
        cursor.execute(
            """UPDATE ir_cron SET active = FALSE
                 FROM ir_model_data data
                WHERE data.model = 'ir.cron' AND data.res_id = ir_cron.id
                  AND data.module || '.' || data.name = ANY (%s)""", [WORKERS])
