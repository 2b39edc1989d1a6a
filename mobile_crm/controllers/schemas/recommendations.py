from typing import Literal

from pydantic import Field

from .base import Output, Page, PageQuery, RecordId
from .products import Product, ProductPlaceQuery


class RecommendationQuery(ProductPlaceQuery, PageQuery):
    """What is recommended to the caller, the best first."""

    product_id: RecordId | None = Field(
        None, description='What goes with this product, instead of what goes with the caller')
    category_id: RecordId | None = Field(None, description='Only of this category and those below it')


class BecauseOf(Output):
    """The product that a reason names."""

    id: int
    name: str


class RecommendationReason(Output):
    """Why a product is recommended."""

    code: Literal['due', 'favourite', 'again', 'because', 'together', 'new', 'popular', 'more'] = Field(
        description='`due`: bought regularly, and used up by now. `favourite`: bought often. `again`: bought once or '
                    'twice. `because`: goes with something that the caller bought. `together`: is bought with the '
                    'product that was asked about. `new`, `popular` and `more` (of the range): the same for everybody')
    text: str = Field(description="In the caller's language")
    because_of: BecauseOf | None

    @classmethod
    def of(cls, reason):
        """Return a ``mobile_recommendation_reason.Reason``."""
        product = reason.because_of
        return cls(code=reason.code, text=reason.text,
                   because_of=product and BecauseOf(id=product.id, name=product.name))


class Recommendation(Output):
    """A product, and why it is recommended."""

    product: Product
    reason: RecommendationReason

    @classmethod
    def of(cls, recommended):
        """Return a ``mobile_recommendation_serving.Recommended``."""
        return cls(product=Product.of(recommended.answer), reason=RecommendationReason.of(recommended.reason))


class RecommendationPage(Page[Recommendation]):
    """One page of what is recommended."""
