"""The catalog's tables. Every rule about data is a named constraint here, with its error code and sentence."""

from products.models.attribute import Attribute, AttributeOption
from products.models.brand import Brand
from products.models.category import Category
from products.models.change import Change, ChangeFeed
from products.models.listing import Listing, ListingDocument, ListingWords, LowestPrice
from products.models.listing_count import ListingCount
from products.models.price import Price
from products.models.product import Product, ProductCategory
from products.models.product_type import ProductType, ProductTypeAttribute
from products.models.variant import Variant
from products.models.words import SearchWord

__all__ = [
    "Attribute",
    "AttributeOption",
    "Brand",
    "Category",
    "Change",
    "ChangeFeed",
    "Listing",
    "ListingCount",
    "ListingDocument",
    "ListingWords",
    "LowestPrice",
    "Price",
    "Product",
    "ProductCategory",
    "ProductType",
    "ProductTypeAttribute",
    "SearchWord",
    "Variant",
]
