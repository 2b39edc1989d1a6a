"""What Apple and Google say that passes look like, as far as ours use it, as JSON Schema.

Written from their references:
https://developer.apple.com/documentation/walletpasses/pass and …/passfieldcontent, /passfields
https://developers.google.com/wallet/reference/rest/v1/loyaltyobject, …/loyaltyclass, /offerobject, /offerclass, /Jwt
"""
TEXT = {'type': 'string', 'minLength': 1}
UTC = {'type': 'string', 'pattern': r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'}
COLOUR = {'type': 'string', 'pattern': r'^rgb\(\d{1,3}, \d{1,3}, \d{1,3}\)$'}
LATITUDE = {'type': 'number', 'minimum': -90, 'maximum': 90}
LONGITUDE = {'type': 'number', 'minimum': -180, 'maximum': 180}


def _object(required, optional=None):
    return {'type': 'object', 'properties': {**required, **(optional or {})}, 'required': list(required),
            'additionalProperties': False}


def _list(items, most=None):
    return {'type': 'array', 'items': items, **({'maxItems': most} if most else {})}


# === APPLE === #

_FIELD = _object({'key': TEXT, 'value': {'type': ['string', 'number']}}, {
    'label': {'type': 'string'}, 'changeMessage': {'type': 'string', 'pattern': '%@'}})
_FIELDS = _object({}, {
    'headerFields': _list(_FIELD, 3), 'primaryFields': _list(_FIELD, 1), 'secondaryFields': _list(_FIELD, 4),
    'auxiliaryFields': _list(_FIELD, 4), 'backFields': _list(_FIELD)})
_BARCODE = _object({
    'format': {'enum': ['PKBarcodeFormatQR', 'PKBarcodeFormatPDF417', 'PKBarcodeFormatAztec',
                        'PKBarcodeFormatCode128']},
    'message': TEXT, 'messageEncoding': {'const': 'iso-8859-1'}}, {'altText': TEXT})
PASS = {
    **_object({
        'formatVersion': {'const': 1}, 'passTypeIdentifier': {'type': 'string', 'pattern': r'^pass\.'},
        'teamIdentifier': {'type': 'string', 'pattern': '^[A-Z0-9]{10}$'}, 'serialNumber': TEXT,
        'organizationName': TEXT, 'description': TEXT,
    }, {
        'logoText': TEXT, 'backgroundColor': COLOUR, 'foregroundColor': COLOUR, 'labelColor': COLOUR,
        'sharingProhibited': {'type': 'boolean'}, 'voided': {'type': 'boolean'}, 'expirationDate': UTC,
        'barcodes': _list(_BARCODE), 'maxDistance': {'type': 'number', 'exclusiveMinimum': 0},
        'locations': _list(_object({'latitude': LATITUDE, 'longitude': LONGITUDE}, {'relevantText': TEXT}), 10),
        'webServiceURL': {'type': 'string', 'pattern': '^https://'},
        'authenticationToken': {'type': 'string', 'minLength': 16}, 'storeCard': _FIELDS, 'coupon': _FIELDS,
    }),
    'oneOf': [{'required': ['storeCard']}, {'required': ['coupon']}],
    'dependentRequired': {'webServiceURL': ['authenticationToken'], 'authenticationToken': ['webServiceURL']},
}

# === GOOGLE === #

_ID = {'type': 'string', 'pattern': r'^\d{6,25}\.[A-Za-z0-9._-]+$'}
_STATE = {'enum': ['ACTIVE', 'COMPLETED', 'EXPIRED', 'INACTIVE']}
_IMAGE = _object({'sourceUri': _object({'uri': {'type': 'string', 'pattern': '^https://'}})})
_SHARED = {
    'barcode': _object({'type': {'const': 'QR_CODE'}, 'value': TEXT}, {'alternateText': TEXT}),
    'textModulesData': _list(_object({'id': TEXT, 'header': {'type': 'string'}, 'body': TEXT})),
    'validTimeInterval': _object({}, {'start': _object({'date': UTC}), 'end': _object({'date': UTC})}),
    'merchantLocations': _list(_object({'latitude': LATITUDE, 'longitude': LONGITUDE}), 10),
}
_COLOURED = {'hexBackgroundColor': {'type': 'string', 'pattern': '^#[0-9a-fA-F]{6}$'}}
LOYALTY_OBJECT = _object({'id': _ID, 'classId': _ID, 'state': _STATE}, {
    **_SHARED, 'accountId': TEXT, 'loyaltyPoints': _object({'label': TEXT, 'balance': _object({'string': TEXT})})})
OFFER_OBJECT = _object({'id': _ID, 'classId': _ID, 'state': _STATE}, _SHARED)
LOYALTY_CLASS = _object({
    'id': _ID, 'issuerName': TEXT, 'programName': TEXT, 'programLogo': _IMAGE,
    'reviewStatus': {'enum': ['UNDER_REVIEW', 'DRAFT']}}, _COLOURED)
OFFER_CLASS = _object({
    'id': _ID, 'issuerName': TEXT, 'title': TEXT, 'provider': TEXT,
    'redemptionChannel': {'enum': ['INSTORE', 'ONLINE', 'BOTH', 'TEMPORARY_PRICE_REDUCTION']},
    'reviewStatus': {'enum': ['UNDER_REVIEW', 'DRAFT']}},
    {**_COLOURED, 'titleImage': _IMAGE, 'finePrint': TEXT})
_NAMED = _object({'id': _ID, 'classId': _ID})
JWT = _object({
    'iss': TEXT, 'aud': {'const': 'google'}, 'typ': {'const': 'savetowallet'}, 'iat': {'type': 'integer'},
    'origins': _list({'type': 'string', 'pattern': '^https?://[^/]+$'}),
    'payload': _object({}, {
        'loyaltyClasses': _list(LOYALTY_CLASS), 'loyaltyObjects': _list({'anyOf': [LOYALTY_OBJECT, _NAMED]}),
        'offerClasses': _list(OFFER_CLASS), 'offerObjects': _list({'anyOf': [OFFER_OBJECT, _NAMED]})})})
