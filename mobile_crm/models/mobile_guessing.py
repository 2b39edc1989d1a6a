import logging
from contextlib import contextmanager
from types import SimpleNamespace

from odoo import api, models

from ..tools.limits import Standing, too_many

_logger = logging.getLogger(__name__)


class MobileGuessing(models.AbstractModel):
    """Keeps those who try codes from trying many, and lets all others be.

    Each try takes one from what its subject (a customer, a basket, a till) has, before the code is looked for, and gets
    it back when the code was right: so however many are tried at once, no more than the quota are wrong, and who has a
    hundred good codes enters a hundred. A host and a company are counted too, wrong codes only. When too many come from
    there, honest people there are not shut out: those who enter right codes are served as ever, and each of the others
    has fewer tries. Where the subject can be had anew for each try (a visitor of the shop makes as many baskets as they
    like), the host has a limit of its own.

    It is counted outside the request's transaction, so that a refusal which rolls back counts as well.

    How long an answer takes is no secret worth hiding: a right code is told from a wrong one by the answer itself, and
    codes are found by an index on the whole code, so that nothing is learnt about a part of it.
    """

    _name = 'mobile.guessing'
    _description = "Limit of Wrong Codes"

    # === BUSINESS METHODS === #

    @api.model
    @contextmanager
    def _attempt(self, subject, company, host=None, named=True):
        """Let somebody try a code, within a ``with``; set ``found`` of what it gives when the code was right.

        :param str subject: who tries, such as ``customer 7``.
        :param company: ``res.company`` whose codes they are.
        :param str host: the address from which the request comes; None where it tells nothing, as with tills.
        :param bool named: whether the subject cannot be had anew for each try.
        :raise Problem: 429 when there were too many wrong codes.
        """
        Limit = self.env['mobile.limit']
        takes = [('code_subject', subject)]
        if host and not named:
            takes.append(('code_unnamed', host))
        hot = Limit._is_spent('code_company', company.id) or bool(host and Limit._is_spent('code_host', host))
        attempt, taken = SimpleNamespace(found=False), []
        try:
            for name, whose in takes:
                taken.append((name, whose))
                self._take(name, whose, 'code_suspect' if hot and name == 'code_subject' else name)
            yield attempt
        except Exception:
            # Nothing was told about the code.
            attempt.found = True
            raise
        finally:
            if attempt.found:
                for name, whose in taken:
                    Limit._count(name, whose, -1)
        if not attempt.found:
            if host:
                Limit._count('code_host', host)
            self._watch(company)

    @api.model
    def _take(self, name, subject, allowed):
        """Take one from what a subject has.

        :param str allowed: the policy that says how many there are; it may be a stricter one than that which counts.
        """
        Limit = self.env['mobile.limit']
        policy = Limit._policy(allowed)
        used, seconds = Limit._count(name, subject)
        if used > policy.quota:
            raise too_many(Standing(allowed, policy.quota, policy.window, 0, seconds))

    @api.model
    def _watch(self, company):
        """Count a wrong code for a company, and tell its operator once when there are unusually many."""
        Limit = self.env['mobile.limit']
        used, seconds = Limit._count('code_company', company.id)
        if used == Limit._policy('code_company').quota:
            _logger.warning(
                "Unusually many wrong coupon codes are tried at company %s: for %s seconds each customer there has "
                "fewer tries", company.id, seconds)
