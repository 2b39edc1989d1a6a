from typing import Annotated

from pydantic import Field, RootModel

from .base import Output, Schema, UtcOutput

# Yes or no; neither is no decision, so null is refused and what was not decided is left out.
Choice = Annotated[bool, Field(json_schema_extra=lambda schema: schema.pop('default'))]
Version = Annotated[int, Field(ge=1, le=2 ** 31 - 1)]


class ConsentVersions(Schema):
    """The versions of the wordings that the phone has shown."""

    push: Version | None = None
    sms: Version | None = None
    email: Version | None = None
    location: Version | None = None
    profiling: Version | None = None


class ConsentChoices(Schema):
    """What the customer has decided; what is left out stays as it is."""

    push: Choice = None
    sms: Choice = None
    email: Choice = None
    location: Choice = None
    profiling: Choice = None
    versions: ConsentVersions | None = Field(
        None, description='If given: refuse with wording_changed when one of these is not shown any more')

    def choices(self):
        """Return {purpose: granted}."""
        return self.model_dump(exclude_unset=True, exclude={'versions'})

    def shown(self):
        """Return {purpose: version} of the wordings that the phone has shown."""
        return self.versions.model_dump(exclude_none=True) if self.versions else {}


class Consent(Output):
    """Where the customer stands with one purpose."""

    purpose: str = Field(description='push, sms, email, location or profiling')
    granted: bool = Field(description='False also when nothing was decided yet, or a new wording asks again')
    version: int = Field(description='Of the wording to show')
    text: str = Field(description='The wording to show, in the language of the request')
    changed_at: UtcOutput | None = Field(description='When the customer decided last; null: never')
    decided_version: int | None = Field(description='The wording under which that was; null: never')
    pending: bool = Field(description='Consent to emails waits for the click on a link in an email')

    @classmethod
    def of(cls, state, is_pending):
        """Return a ``ConsentState`` as its customer sees it."""
        return cls(
            purpose=state.purpose,
            granted=state.granted,
            version=state.version,
            text=state.text,
            changed_at=state.decided_at,
            decided_version=state.decided_version,
            pending=is_pending,
        )


class Consents(RootModel[list[Consent]]):
    """All purposes, in a fixed order."""
