{
    'name': "Mobile CRM: Stock",
    'summary': "The warehouse behind each store that customers find with their phones",
    'version': '19.0.1.2.0',
    'category': 'Sales/CRM',
    'license': 'LGPL-3',
    'author': "Mobile CRM founders",
    'depends': ['mobile_crm', 'sale_stock'],
    'data': [
        'views/mobile_campaign_views.xml',
        'views/mobile_store_views.xml',
    ],
    'auto_install': True,
}
