"""Google Wallet: how an issuer signs links by which passes are saved, and what its objects look like.

https://developers.google.com/wallet/reference/rest/v1 (loyaltyclass, loyaltyobject, offerclass, offerobject, Jwt)
"""
import re
import time
from datetime import UTC

from .fcm import FcmAccount
from .push_message import packed
from .transport import Request

URL = 'https://walletobjects.googleapis.com'
SAVE_URL = 'https://pay.google.com/gp/v/save/'
SCOPE = 'https://www.googleapis.com/auth/wallet_object.issuer'
ISSUER = re.compile(r'[1-9]\d{5,24}')
#: Symbols of a link, beyond which browsers cut it.
LONGEST_LINK = 1800
#: Symbols that Google shows of a title, and of other lines.
TITLE, LINE = 100, 500
STATES = {'active': 'ACTIVE', 'redeemed': 'COMPLETED', 'expired': 'EXPIRED'}
# What Google calls each kind of pass.
RESOURCES = {'member': 'loyalty', 'offer': 'offer'}


class WalletAccount(FcmAccount):
    """A service account that may issue passes."""

    scope = SCOPE

    def link(self, payload, origins):
        """Return the link by which a customer saves passes.

        :param dict payload: lists of classes and objects, by kind.
        :param list[str] origins: of websites that show it.
        :rtype: str
        """
        from google.auth import jwt  # noqa: PLC0415 the library is optional

        token = jwt.encode(self._credentials.signer, {
            'iss': self._credentials.service_account_email, 'aud': 'google', 'typ': 'savetowallet',
            'iat': int(time.time()), 'origins': origins, 'payload': payload})
        return SAVE_URL + token.decode()


def payload(kind, described, class_=None):
    """Return what a link says: an object, and its class where that is not known to Google yet."""
    name = RESOURCES[kind]
    return {**({f'{name}Classes': [class_]} if class_ else {}), f'{name}Objects': [described]}


def class_of(content, identifier, logo_url, background):
    """Return the class of a pass: what it has in common with those of other customers.

    :param Content content:
    :param str identifier: with the issuer's before a dot.
    :param str logo_url: https, public.
    :param str background: a colour, such as ``#1f6feb``.
    :rtype: dict
    """
    shared = {
        'id': identifier, 'issuerName': content.issuer[:TITLE], 'reviewStatus': 'UNDER_REVIEW',
        'hexBackgroundColor': background}
    logo = {'sourceUri': {'uri': logo_url}}
    if content.kind == 'member':
        return {**shared, 'programName': content.title[:TITLE], 'programLogo': logo}
    terms = next((field.value for field in content.back if field.key == 'terms'), '')
    return {
        **shared, 'title': content.title[:TITLE], 'provider': content.issuer[:TITLE], 'titleImage': logo,
        'redemptionChannel': 'BOTH', **({'finePrint': terms[:LINE]} if terms else {})}


def object_of(content, identifier, class_identifier):
    """Return the object of a pass, which is one customer's.

    The customer's name is not in it: Google need not know it to show a code.

    :rtype: dict
    """
    described = {
        'id': identifier, 'classId': class_identifier, 'state': STATES[content.state],
        'barcode': {'type': 'QR_CODE', 'value': content.code, 'alternateText': content.caption[:LINE]}}
    lines = [field for field in (*content.fields, *content.back) if field.key not in ('member', 'terms')]
    if content.kind == 'member':
        described['accountId'] = content.caption
        if content.main.key != 'member':
            described['loyaltyPoints'] = {
                'label': content.main.label[:LINE], 'balance': {'string': content.main.value[:LINE]}}
    if lines:
        described['textModulesData'] = [
            {'id': field.key, 'header': field.label[:LINE], 'body': field.value[:LINE]} for field in lines]
    interval = {name: {'date': moment.replace(tzinfo=UTC).strftime('%Y-%m-%dT%H:%M:%SZ')} for name, moment in (
        ('start', content.starts_at), ('end', content.ends_at)) if moment}
    if interval:
        described['validTimeInterval'] = interval
    if content.places:
        described['merchantLocations'] = [
            {'latitude': place.latitude, 'longitude': place.longitude} for place in content.places]
    return described


def retired(identifier, class_identifier):
    """Return what is left of an object whose customer is gone: nothing that can be shown."""
    return {'id': identifier, 'classId': class_identifier, 'state': 'INACTIVE'}


def request(tag, base, token, method, resource, identifier, body):
    """Return a request to Google's service.

    :param str resource: such as ``loyaltyObject``.
    :param str | None identifier: of what is changed; None for what is new.
    :rtype: Request
    """
    path = '/'.join(filter(None, (base.rstrip('/'), 'walletobjects/v1', resource, identifier)))
    return Request(tag, path, [
        ('authorization', f'Bearer {token}'), ('content-type', 'application/json; charset=utf-8')],
        packed(body), method)
