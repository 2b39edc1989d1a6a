{
    'name': "Mobile CRM",
    'summary': "Know your customers by their phone: nearby offers, personal coupons, one redemption",
    'version': '19.0.1.0.0',
    'category': 'Sales/CRM',
    'license': 'LGPL-3',
    'author': "Mobile CRM founders",
    'depends': ['crm', 'phone_validation', 'portal', 'sale_loyalty', 'sms'],
    'external_dependencies': {'python': ['geopy', 'phonenumbers', 'pydantic']},
    'data': [
        'security/mobile_crm_groups.xml',
        'security/ir.model.access.csv',
        'security/mobile_crm_rules.xml',
        'data/mobile_otp_templates.xml',
    ],
    'demo': [],
    'application': True,
}
