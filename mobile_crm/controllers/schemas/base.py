"""What all schemas of the phone API share: strictness, and the types of the contract."""
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from odoo.tools import float_round


class Schema(BaseModel):
    """A JSON object of the contract. Fields that are not declared are refused, NaN and infinity too."""

    model_config = ConfigDict(extra='forbid', allow_inf_nan=False, str_max_length=10_000)

    @field_validator('*', mode='after')
    @classmethod
    def _refuse_nul(cls, value: Any) -> Any:
        # PostgreSQL cannot store U+0000 in text.
        for text in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(text, str) and '\0' in text:
                raise PydanticCustomError('string_nul', "String should not contain a NUL character")
        return value

    @classmethod
    def validate_body(cls, raw: bytes):
        """Return the model for a JSON body; its types are strict: ``"1"`` is no number."""
        return cls.__pydantic_validator__.validate_json(raw, strict=True)

    @classmethod
    def validate_query(cls, args):
        """Return the model for query parameters (a MultiDict of strings); each can be given once."""
        return cls.__pydantic_validator__.validate_strings({
            name: values[0] if len(values) == 1 else {'given': 'more than once'} for name, values in args.lists()})


class Output(BaseModel):
    """A JSON object that only we write."""

    def serialize(self) -> bytes:
        """Return the model as JSON."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True)


def _to_naive_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as exc:
        raise ValueError("Use an instant between the years 1 and 9999 of UTC") from exc


def _from_odoo(value):
    return value or None


def _to_rfc3339(value: datetime) -> str:
    return value.strftime('%Y-%m-%dT%H:%M:%SZ')


# An instant from the phone, of any offset; the handler gets it as Odoo keeps it: naive UTC.
UtcInput = Annotated[AwareDatetime, AfterValidator(_to_naive_utc)]
# An instant from Odoo (naive UTC), written as 2026-11-21T19:05:00Z.
UtcOutput = Annotated[datetime, PlainSerializer(
    _to_rfc3339, return_type=Annotated[str, WithJsonSchema({'type': 'string', 'format': 'date-time'})],
    when_used='json')]
# Text from Odoo, whose empty value is False.
Text = Annotated[str | None, BeforeValidator(_from_odoo)]

RecordId = Annotated[int, Field(ge=1, le=2 ** 31 - 1)]
Uuid = Annotated[uuid.UUID, Field()]
Latitude = Annotated[float, Field(ge=-90, le=90, description='Degrees, WGS 84')]
Longitude = Annotated[float, Field(ge=-180, le=180, description='Degrees, WGS 84')]
Metres = Annotated[float, Field(ge=0, description='Metres')]


class Money(Output):
    """An amount of money."""

    amount: str = Field(description="A decimal number with the currency's digits")
    currency: str = Field(description='ISO 4217')

    @classmethod
    def of(cls, amount, currency):
        """Return an amount in a ``res.currency``."""
        name, rounding, places = currency._mobile_spelling(currency.id)
        return cls(amount=f'{float_round(amount, precision_rounding=rounding) + 0.0:.{places}f}', currency=name)


def decimal(number):
    """Return a number of points as a decimal string, with two digits at most: ``120``, ``12.5``."""
    return f'{round(number, 2) + 0.0:.2f}'.rstrip('0').rstrip('.')


Item = TypeVar('Item')


class Page(Output, Generic[Item]):
    """One page of a list; each list names a subclass, which names it in ``openapi.json``."""

    items: list[Item]
    next_cursor: str | None = Field(description='Ask again with this cursor; null on the last page')


class PageQuery(Schema):
    """How much of a list, and where to go on."""

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=500)


class FieldError(Output):
    """One value that is wrong, and where it stands."""

    loc: list[str | int]
    msg: str
    type: str


class ProblemDocument(Output):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description='Stable; for programs')
    request_id: str
    errors: list[FieldError] | None = None
