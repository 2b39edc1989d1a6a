from odoo import api, models


class MobileProvider(models.AbstractModel):
    """What brings messages to customers. Each provider is a model ``mobile.provider.<code>`` that inherits this one.

    The outbox (``mobile_message_queue``) decides what is sent and when, and writes down what came of it. A provider
    knows how: it gets parcels (see ``tools.delivery``) and tells the outcome of each.
    """

    _name = 'mobile.provider'
    _description = "Provider of Messages"

    # Whether a parcel is handed over in the transaction that claims it, such as to a queue of Odoo's: then nothing can
    # be lost or doubled between the two, and the outcome is told later by ``mobile.message._report``.
    _is_transactional = False
    # How many parcels a worker takes at once.
    _batch_size = 500

    # === BUSINESS METHODS === #

    @api.model
    def _is_ready(self, company, app=None):
        """Tell whether everything is there that it takes to send: credentials, and libraries.

        :param company: ``res.company``; of the app where there is one.
        :param app: ``mobile.app`` for pushes.
        :rtype: bool
        """
        return False

    @api.model
    def _send(self, sender, parcels):
        """Send parcels, as many at a time as the provider takes, and yield what became of each as soon as it is known.

        It writes nothing about messages, logs no text, address or credential, and ends within
        ``tools.delivery.LONGEST_BATCH`` seconds: what it has not begun by then it yields as ``retry``.

        :param sender: ``mobile.sender``, whose app holds the credentials.
        :param list[Parcel] parcels:
        :return: one outcome for each parcel, in any order.
        :rtype: Iterator[Outcome]
        """
        raise NotImplementedError
