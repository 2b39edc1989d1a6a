from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ...tools.problems import Problem
from ...tools.push_address import checked_address
from .base import Output, Page, Schema, Text, UtcOutput, Uuid


def _known_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("Use a name of the IANA time zone database, such as Europe/Brussels")
    return value


Platform = Literal['ios', 'android', 'web']


class Push(Schema):
    """Where pushes for this install go."""

    provider: Literal['fcm', 'apns', 'webpush']
    address: str = Field(min_length=1, max_length=4096, description=(
        'fcm: the registration token; apns: the device token in hexadecimal; webpush: the JSON of the '
        'PushSubscription, as text'))

    @field_validator('address')
    @classmethod
    def _checked(cls, address: str, info: ValidationInfo) -> str:
        return checked_address(info.data['provider'], address) if 'provider' in info.data else address


class Permissions(Schema):
    """What the operating system lets the app do. This is no legal consent."""

    location: Literal['never', 'when_in_use', 'always'] | None = None
    notifications: bool | None = None


class DeviceReport(Schema):
    """What a phone says of itself; what is left out stays as it is."""

    model: str | None = Field(None, max_length=100)
    os_version: str | None = Field(None, max_length=50)
    app_version: str | None = Field(None, max_length=50)
    locale: str | None = Field(
        None, max_length=35, pattern=r'^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$', description='BCP 47')
    timezone: Annotated[str, Field(max_length=64), AfterValidator(_known_timezone)] | None = None
    push: Push | None = None
    permissions: Permissions | None = None

    def to_values(self, env):
        """Return the fields of ``mobile.device`` that were given."""
        given = self.model_dump(exclude_unset=True)
        push, permissions = given.pop('push', ...), given.pop('permissions', None) or {}
        if push is not ...:
            if push and not env['mobile.device']._is_known_push_service(push['provider'], push['address']):
                raise Problem.invalid(['body', 'push', 'address'], env._(
                    "The subscription's endpoint is not at a push service that is known here."))
            given['push_provider'] = push and push['provider']
            given['push_address'] = push and push['address']
        if 'location' in permissions:
            given['location_permission'] = permissions['location']
        if 'notifications' in permissions:
            given['notifications_allowed'] = permissions['notifications']
        given.pop('install_id', None)
        given.pop('platform', None)
        if 'locale' in given:
            given['lang'] = env['mobile.device']._nearest_lang(given['locale'])
        return given


class DeviceRegistration(DeviceReport):
    """A new install, or the same one again."""

    install_id: Uuid = Field(description='Made by the app once per install')
    platform: Platform

    def to_values(self, env):
        return {**super().to_values(env), 'platform': self.platform}


class DeviceUpdate(DeviceReport):
    """Any field of the registration; the install and its platform can be repeated but not changed."""

    install_id: Uuid | None = None
    platform: Platform | None = None


class Device(Output):
    """The caller's install."""

    device_id: Uuid
    install_id: Uuid
    platform: Platform
    model: str | None
    os_version: str | None
    app_version: str | None
    locale: str | None
    timezone: str | None
    push_provider: str | None
    permissions: Permissions
    signed_in: bool

    @classmethod
    def of(cls, device):
        """Return a ``mobile.device`` as its phone may see it."""
        return cls(
            device_id=device.uuid,
            install_id=device.install_id,
            platform=device.platform,
            **{field: device[field] or None
               for field in ('model', 'os_version', 'app_version', 'locale', 'timezone', 'push_provider')},
            permissions=Permissions(
                location=device.location_permission or None, notifications=device.notifications_allowed),
            signed_in=bool(device.user_id),
        )


class CustomerDevice(Output):
    """A device on which the customer is signed in."""

    device_id: Uuid
    platform: Platform
    model: Text
    app_version: Text
    signed_in_at: UtcOutput
    last_seen_at: UtcOutput | None
    current: bool = Field(description='The one that asks')

    @classmethod
    def of(cls, device, current):
        """Return a ``mobile.device`` as its customer sees it."""
        return cls(
            device_id=device.uuid,
            platform=device.platform,
            model=device.model,
            app_version=device.app_version,
            signed_in_at=device.signed_in_at,
            last_seen_at=device.last_seen_at or None,
            current=device == current,
        )


class DevicePage(Page[CustomerDevice]):
    """One page of devices."""


class TokenPair(Output):
    """What opens the API from now on."""

    access_token: str
    refresh_token: str
    token_type: Literal['Bearer']
    expires_in: int = Field(description='Seconds that the access token lives')


class DeviceTokens(TokenPair):
    """A registered device and its tokens."""

    device_id: Uuid
