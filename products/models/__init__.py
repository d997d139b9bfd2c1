"""The catalog's tables. Every rule about data is a named constraint here, with its error code and sentence."""

from products.models.brand import Brand
from products.models.category import Category
from products.models.listing import Listing, ListingDocument, LowestPrice
from products.models.price import Price
from products.models.product import Product, ProductCategory
from products.models.variant import Variant

__all__ = [
    "Brand",
    "Category",
    "Listing",
    "ListingDocument",
    "LowestPrice",
    "Price",
    "Product",
    "ProductCategory",
    "Variant",
]
