"""Errors of the phone API: RFC 9457 problem documents with a stable code.

A handler raises ``Problem`` (or any of Odoo's or werkzeug's errors, which ``as_problem`` translates), and the
dispatcher writes it. Where an error must keep what the request has written, such as a wrong one-time code that counts
as a try, the handler *returns* the problem instead: then the transaction is committed.
"""
import psycopg2
from psycopg2.extensions import TransactionRollbackError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from odoo.exceptions import AccessDenied, AccessError, ConcurrencyError, LockError, MissingError, UserError
from odoo.http import SessionExpiredException
from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

# code: (HTTP status, title). The codes are part of the contract: add to them, rename none.
PROBLEMS = {
    'malformed_json': (400, _lt("The body is not valid JSON")),
    'bad_request': (400, _lt("The request cannot be understood")),
    'unauthenticated': (401, _lt("Sign in first")),
    'app_unknown': (401, _lt("This app is not known here")),
    'client_invalid': (401, _lt("The client ID or its secret is wrong")),
    'token_invalid': (401, _lt("The token is not valid")),
    'token_expired': (401, _lt("The token has expired")),
    'token_reused': (401, _lt("The token was used before")),
    'sign_in_required': (401, _lt("This is for signed-in customers")),
    'otp_invalid': (401, _lt("The code is wrong or no longer valid")),
    'passkey_invalid': (401, _lt("The passkey is not known here, or its answer is not valid")),
    'forbidden': (403, _lt("This is not allowed")),
    'staff_account': (403, _lt("This account belongs to a member of staff")),
    'not_found': (404, _lt("Nothing is here")),
    'method_not_allowed': (405, _lt("This verb is not allowed here")),
    'conflict': (409, _lt("Somebody else was faster")),
    'approval_expired': (409, _lt("The question was not answered in time")),
    'approval_answered': (409, _lt("The question has been answered")),
    'approval_cancelled': (409, _lt("The question was taken back")),
    'card_used': (409, _lt("The card was used before")),
    'coupon_held': (409, _lt("The coupon is being redeemed")),
    'coupon_redeemed': (409, _lt("The coupon was redeemed before")),
    'out_of_stock': (409, _lt("The store does not have enough of it")),
    'reservation_ended': (409, _lt("The goods are not put aside any more")),
    'redemption_expired': (409, _lt("The coupon was not held any longer")),
    'redemption_void': (409, _lt("The redemption was undone")),
    'approval_needed': (409, _lt("Approve the points to be taken from your card first")),
    'basket_empty': (409, _lt("Nothing is in the basket")),
    'payment_under_way': (409, _lt("The payment is under way and cannot be taken back")),
    'payment_ended': (409, _lt("The payment has already ended")),
    'pass_used': (409, _lt("Somebody has left with this exit pass")),
    'pass_expired': (409, _lt("The exit pass has expired; ask a colleague for a new one")),
    'basket_exists': (409, _lt("There is an open basket already")),
    'basket_locked': (409, _lt("The basket is being paid")),
    'basket_ended': (409, _lt("The basket is not open any more")),
    'basket_claimed': (409, _lt("Another till has the basket")),
    'staff_needed': (409, _lt("A colleague has to look at the basket first")),
    'address_in_use': (409, _lt("Another customer has this address")),
    'list_changed': (409, _lt("The list was changed meanwhile")),
    'no_push_address': (409, _lt("This phone has not told where its notifications go")),
    'wallet_unavailable': (409, _lt("This app has no passes for this wallet")),
    'idempotency_in_progress': (409, _lt("The request with this Idempotency-Key is still running")),
    'wording_changed': (409, _lt("The wording has changed; show the new one first")),
    'basket_changed': (412, _lt("The basket was changed meanwhile")),
    'too_large': (413, _lt("The body is too large")),
    'unsupported_media_type': (415, _lt("The body must be application/json")),
    'version_required': (428, _lt("Send the version you have seen in If-Match")),
    'invalid_request': (422, _lt("The request has invalid values")),
    'idempotency_key_reused': (422, _lt("This Idempotency-Key belongs to another request")),
    'amount_differs': (422, _lt("The amount is not what the basket comes to")),
    'barcode_invalid': (422, _lt("The barcode was misread: its check digit is wrong")),
    'basket_wrong_store': (422, _lt("The basket is of another store")),
    'card_invalid': (422, _lt("The card is not valid")),
    'card_expired': (422, _lt("The card has expired")),
    'pass_invalid': (422, _lt("This is no exit pass of this shop")),
    'coupon_expired': (422, _lt("The coupon has expired")),
    'coupon_minimum_not_met': (422, _lt("The order is too small for the coupon")),
    'coupon_not_yet_valid': (422, _lt("The coupon is not valid yet")),
    'coupon_refused': (422, _lt("The coupon cannot be used here")),
    'coupon_wrong_store': (422, _lt("The coupon does not count in this store")),
    'reservation_limit': (422, _lt("No further reservation is possible now")),
    'refused': (422, _lt("The request was refused")),
    'too_many_requests': (429, _lt("Too many requests")),
    'internal_error': (500, _lt("Something went wrong on our side")),
    'unavailable': (503, _lt("The service is not available")),
}
_CODE_BY_STATUS = {
    401: 'unauthenticated', 403: 'forbidden', 409: 'conflict', 413: 'too_large', 415: 'unsupported_media_type',
    422: 'refused', 429: 'too_many_requests',
}


def _translated(text, env):
    if isinstance(text, LazyGettext):
        return text._translate(env.lang or 'en_US' if env else 'en_US')
    return text


class Problem(HTTPException):
    """One problem, as it is told to the caller.

    :param str problem_code: a key of ``PROBLEMS``.
    :param detail: one sentence about this occurrence, safe to show (str or LazyGettext), or None.
    :param list errors: for 422: ``[{'loc': [...], 'msg': str, 'type': str}]``.
    :param dict headers: further response headers.
    """

    def __init__(self, problem_code, detail=None, *, errors=None, headers=None):
        self.problem_code = problem_code
        self.code, self.title = PROBLEMS[problem_code]
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        super().__init__(description=problem_code)

    @classmethod
    def invalid(cls, loc, msg, error_type='value_error'):
        """Return a 422 for one value that passed its schema but not the business.

        :param loc: where the value stands, such as ``['body', 'address']``.
        """
        return cls('invalid_request', errors=[{'loc': list(loc), 'msg': str(msg), 'type': error_type}])

    def document(self, env, instance, request_id):
        """Return the problem document (RFC 9457, section 3.1).

        :param env: for the language; None (no database yet) leaves the texts in English.
        :param str instance: the path of the request.
        :rtype: dict
        """
        document = {
            'type': f'urn:mobile-crm:problem:{self.problem_code}',
            'title': _translated(self.title, env),
            'status': self.code,
            'detail': self.words(env),
            'instance': instance,
            'code': self.problem_code,
            'request_id': request_id,
        }
        if self.errors is not None:
            document['errors'] = self.errors
        return document

    def words(self, env):
        """Return what has happened in one sentence, in the language of an environment (None: English)."""
        return _translated(self.detail, env) or _translated(self.title, env)


class CouponRefused(UserError):
    """A coupon that cannot be redeemed: words for staff, and for a till the code of a problem too.

    :param str problem_code: a key of ``PROBLEMS``.
    :param str words: as ``UserError`` has them.
    """

    def __init__(self, problem_code, words):
        self.problem_code = problem_code
        super().__init__(words)


def as_problem(exc):
    """Translate any exception that left a handler into a ``Problem``.

    Access errors become 404: whether a record exists is not the caller's business when it is not theirs.
    """
    match exc:
        case Problem():
            return exc
        case MissingError() | AccessError() | NotFound():
            # The same answer for what does not exist and for what belongs to somebody else.
            return Problem('not_found')
        case AccessDenied() | SessionExpiredException():
            return Problem('unauthenticated')
        case LockError() | ConcurrencyError() | TransactionRollbackError() | psycopg2.errors.LockNotAvailable():
            return Problem('conflict')
        case UserError() if isinstance(exc.__cause__, psycopg2.errors.UniqueViolation):
            # Odoo has turned a lost race for a unique key into a ValidationError.
            return Problem('conflict')
        case CouponRefused():
            return Problem(exc.problem_code, str(exc))
        case UserError():
            return Problem('refused', str(exc))
        case psycopg2.OperationalError():
            return Problem('unavailable')
        case MethodNotAllowed():
            # Odoo puts OPTIONS onto every route.
            return Problem('method_not_allowed', headers={
                'Allow': ', '.join(sorted({*(exc.valid_methods or ())} - {'OPTIONS'}))})
        case HTTPException() if 400 <= (exc.code or 0) < 500:
            return Problem(_CODE_BY_STATUS.get(exc.code, 'bad_request'))
        case HTTPException(code=503):
            return Problem('unavailable')
    return Problem('internal_error')
