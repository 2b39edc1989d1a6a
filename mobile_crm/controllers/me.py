from .base import MobileController
from .routing import mobile_route
from .schemas.me import Customer, CustomerUpdate


class Me(MobileController):

    @mobile_route('/me', methods=['GET'], auth='mobile', readonly=True)
    def get_me(self) -> Customer:
        """Show the signed-in customer."""
        return Customer.of(self._partner())

    @mobile_route('/me', methods=['PATCH'], auth='mobile', readonly=False)
    def update_me(self, body: CustomerUpdate) -> Customer:
        """Change what the customer tells of themselves."""
        self._partner()._mobile_update(body.model_dump(exclude_unset=True), self._company())
        return Customer.of(self._partner())
