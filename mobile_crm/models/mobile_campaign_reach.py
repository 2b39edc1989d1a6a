from odoo import models
from odoo.tools import SQL

# What is counted of each channel.
COUNTS = ('tried', 'fallback', 'sent', 'delivered', 'opened', 'waiting', 'unsent')


class MobileCampaign(models.Model):
    """What became of a campaign's messages on each channel."""

    _inherit = 'mobile.campaign'

    # === BUSINESS METHODS === #

    def _results_by_channel(self):
        """Return what became of the messages on each channel that was tried, in the campaign's order.

        :rtype: list[dict]
        """
        self.ensure_one()
        counts, reasons = self._count_deliveries()
        labels, words = (dict(self.env['mobile.message']._fields[name]._description_selection(self.env))
                         for name in ('channel', 'reason'))
        order = self._channels()
        return [{
            'key': channel,
            'label': labels[channel],
            **counts[channel],
            'reasons': [{'key': reason, 'label': words.get(reason, reason), 'count': count}
                        for reason, count in sorted(reasons[channel].items(), key=lambda item: (-item[1], item[0]))],
        } for channel in sorted(counts, key=lambda channel: (channel not in order, channel in order and order.index(
            channel), channel))]

    def _count_deliveries(self):
        """Count a campaign's messages by the channels on which they were tried, of which there may be a million.

        A message counts once on a channel, on however many phones: delivered where one of them has told so, and not
        sent where none got it.

        :return: by channel: ``tried``, ``fallback`` (tried because the way before had brought nothing), ``sent``,
            ``delivered``, ``opened``, ``waiting`` and ``unsent``; and by channel the reasons of what was not sent.
        :rtype: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT channel, reason, count(*), count(*) FILTER (WHERE rank > 1), count(*) FILTER (WHERE is_sent),
                      count(*) FILTER (WHERE is_delivered), count(*) FILTER (WHERE is_opened),
                      count(*) FILTER (WHERE is_waiting AND NOT is_sent),
                      count(*) FILTER (WHERE NOT is_waiting AND NOT is_sent)
                 FROM (SELECT channel, is_sent, is_delivered, is_opened, is_waiting,
                              CASE WHEN NOT is_sent AND NOT is_waiting THEN reason END AS reason,
                              rank() OVER (PARTITION BY origin_id ORDER BY first_id) AS rank
                         FROM (SELECT origin_id, channel, min(id) AS first_id, min(reason) AS reason,
                                      bool_or(state IN ('sent', 'delivered', 'opened')) AS is_sent,
                                      bool_or(delivered_at IS NOT NULL OR opened_at IS NOT NULL) AS is_delivered,
                                      bool_or(opened_at IS NOT NULL) AS is_opened,
                                      bool_or(state IN ('queued', 'sending')) AS is_waiting
                                 FROM mobile_message
                                WHERE campaign_id = %s AND channel IN ('push', 'sms', 'email')
                                  AND origin_id IS NOT NULL
                                GROUP BY origin_id, channel) way) ranked
                GROUP BY channel, reason""", self.id))
        counts, reasons = {}, {}
        for channel, reason, *numbers in rows:
            sums, whys = counts.setdefault(channel, dict.fromkeys(COUNTS, 0)), reasons.setdefault(channel, {})
            for name, number in zip(COUNTS, numbers, strict=True):
                sums[name] += number
            if reason:
                whys[reason] = numbers[0]
        return counts, reasons
