from odoo import models


class MobileSearched(models.AbstractModel):
    """Something of which the words of products are made, by which customers find them.

    Whoever inherits it is named in ``mobile_catalogue_index.TEMPLATES_OF``.
    """

    _name = 'mobile.searched'
    _description = "Words of Products"

    # Fields whose change may change these words, or which products have them.
    _searched_by = frozenset()

    def modified(self, fnames, create=False, before=False):
        # Odoo calls this for whatever is created, written, translated or deleted, imports included.
        result = super().modified(fnames, create=create, before=before)
        if not self._searched_by.isdisjoint(fnames):
            self.env['mobile.catalogue']._note_change(self, going=before)
        return result
