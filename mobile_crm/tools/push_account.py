"""What a provider of pushes knows an app's server by: read from what a manager has stored, and kept while it lasts."""
import hashlib
import threading
from collections import OrderedDict

#: Accounts that a process remembers.
MOST_ACCOUNTS = 128


class CredentialError(Exception):
    """What was given is no credential.

    :ivar str word: what is wrong with it, in a word of ours, for ``mobile_app_push``.
    """

    def __init__(self, word):
        super().__init__(word)
        self.word = word


class SignInError(Exception):
    """The provider gives no token.

    :ivar str reason: of ``mobile.message.reason``.
    :ivar str detail:
    """

    def __init__(self, reason, detail):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Account:
    """Credentials of one app with one provider.

    :ivar bool is_proven: whether the provider has taken a message of it. Before that an address that it does not know
        says as much about the account.
    """

    def __init__(self):
        self.is_proven = False
        self.lock = threading.Lock()


_accounts = OrderedDict()
_accounts_lock = threading.Lock()


def account_of(kind, text, *settings):
    """Return the account of a credential, the same one each time.

    :param type kind: subclass of ``Account``, made of the text and the settings.
    :param str text: the credential.
    :raise CredentialError:
    """
    key = (kind, hashlib.sha256(text.encode()).digest(), *settings)
    with _accounts_lock:
        if account := _accounts.get(key):
            _accounts.move_to_end(key)
            return account
    account = kind(text, *settings)
    with _accounts_lock:
        account = _accounts.setdefault(key, account)
        while len(_accounts) > MOST_ACCOUNTS:
            _accounts.popitem(last=False)
    return account
