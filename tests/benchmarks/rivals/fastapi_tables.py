"""The service's tables as SQLAlchemy models, with what the response models read off them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ForeignKey, Numeric, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import DateTime

NO_DECIMALS = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF"}
THREE_DECIMALS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


class Base(DeclarativeBase):
    """Maps Python types to the columns that Django has made."""

    type_annotation_map = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(14, 4),
        dict[str, Any]: JSONB,
    }


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency's number of decimals."""
    decimals = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    return f"{amount:.{decimals}f}"


class Brand(Base):
    """Brands."""

    __tablename__ = "products_brand"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]


class ProductType(Base):
    """Product types."""

    __tablename__ = "products_producttype"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]


class Category(Base):
    """Categories."""

    __tablename__ = "products_category"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    path: Mapped[str]


product_category = Table(
    "products_productcategory",
    Base.metadata,
    Column("product_id", ForeignKey("products_product.id")),
    Column("category_id", ForeignKey("products_category.id")),
    Column("position"),
)


class Price(Base):
    """Prices."""

    __tablename__ = "products_price"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("products_variant.id"))
    currency: Mapped[str]
    amount: Mapped[Decimal]
    compare_at: Mapped[Decimal | None]


class Variant(Base):
    """Variants."""

    __tablename__ = "products_variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products_product.id"))
    sku: Mapped[str]
    external_id: Mapped[str | None]
    name: Mapped[str]
    barcode: Mapped[str]
    attributes: Mapped[dict[str, Any]]
    weight_g: Mapped[int | None]
    stock: Mapped[int | None]
    position: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    price_rows: Mapped[list[Price]] = relationship()

    @property
    def prices(self) -> dict[str, Any]:
        """By currency."""
        return {
            price.currency: {
                "amount": money(price.amount, price.currency),
                "compare_at": None if price.compare_at is None else money(price.compare_at, price.currency),
            }
            for price in self.price_rows
        }

    @property
    def in_stock(self) -> bool:
        """Whether it can be had."""
        return self.stock is None or self.stock > 0


class Product(Base):
    """Products."""

    __tablename__ = "products_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    status: Mapped[str]
    published_from: Mapped[datetime | None]
    published_until: Mapped[datetime | None]
    external_id: Mapped[str | None]
    brand_id: Mapped[int | None] = mapped_column(ForeignKey("products_brand.id"))
    product_type_id: Mapped[int | None] = mapped_column(ForeignKey("products_producttype.id"))
    attributes: Mapped[dict[str, Any]]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    brand: Mapped[Brand | None] = relationship()
    categories: Mapped[list[Category]] = relationship(
        secondary=product_category, order_by=product_category.c.position, viewonly=True
    )
    variants: Mapped[list[Variant]] = relationship(order_by=[Variant.position, Variant.id])
    product_type: Mapped[ProductType | None] = relationship()

    @property
    def price_range(self) -> dict[str, Any]:
        """The lowest and highest amount in each currency."""
        amounts: dict[str, list[Decimal]] = {}
        for variant in self.variants:
            for price in variant.price_rows:
                amounts.setdefault(price.currency, []).append(price.amount)
        return {
            currency: {"min": money(min(found), currency), "max": money(max(found), currency)}
            for currency, found in amounts.items()
        }

    @property
    def in_stock(self) -> bool:
        """Whether any variant can be had."""
        return any(variant.in_stock for variant in self.variants)
