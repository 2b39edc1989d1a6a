from .base import MobileController
from .routing import KIB, mobile_route
from .schemas.preferences import Preferences, PreferencesUpdate


class PreferencesController(MobileController):

    @mobile_route('/me/preferences', methods=['GET'], auth='mobile', readonly=True)
    def get_preferences(self) -> Preferences:
        """Show what the customer wants to hear of, how often and when."""
        return Preferences.of(self.env['mobile.preference']._of(self._partner(), self._company()))

    @mobile_route('/me/preferences', methods=['PUT'], auth='mobile', readonly=False, max_content_length=64 * KIB)
    def update_preferences(self, body: PreferencesUpdate) -> Preferences:
        """Change what the customer prefers. Every campaign keeps to it."""
        return Preferences.of(self.env['mobile.preference']._mobile_update(
            self._partner(), self._company(), body.to_values()))
