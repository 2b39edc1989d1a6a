{
    'name': "Mobile CRM: Expiration Dates",
    'summary': "Offers for what a store has to sell before it expires",
    'version': '19.0.1.1.0',
    'category': 'Sales/CRM',
    'license': 'LGPL-3',
    'author': "Mobile CRM founders",
    'depends': ['mobile_crm_stock', 'product_expiry'],
    'data': ['views/mobile_campaign_views.xml'],
    'auto_install': True,
}
