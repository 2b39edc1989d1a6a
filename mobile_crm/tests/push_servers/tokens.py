"""JSON Web Tokens as the services check them, by PyJWT: another library than the sender's."""
import jwt


class BadTokenError(Exception):
    """A token does not hold. Its text is the reason that the service gives."""


def read(token, key, algorithm, reason):
    """Return the claims of a token that this key has signed. Times are the caller's to check, by its own clock.

    :param str reason: why it does not hold, if it does not.
    :raise BadTokenError:
    """
    try:
        return jwt.decode(token, key, algorithms=[algorithm], options={
            'verify_exp': False, 'verify_iat': False, 'verify_nbf': False, 'verify_aud': False, 'verify_sub': False})
    except jwt.InvalidTokenError as exc:
        raise BadTokenError(reason) from exc


def head(token, reason):
    """Return a token's header, not checked.

    :raise BadTokenError:
    """
    try:
        return jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as exc:
        raise BadTokenError(reason) from exc


def unchecked(token, reason):
    """Return a token's claims, not checked: they tell whose key it is to be checked with.

    :raise BadTokenError:
    """
    try:
        return jwt.decode(token, options={'verify_signature': False})
    except jwt.InvalidTokenError as exc:
        raise BadTokenError(reason) from exc
