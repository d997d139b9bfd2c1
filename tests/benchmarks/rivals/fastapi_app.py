"""The rival that many would pick: FastAPI, async SQLAlchemy 2 on asyncpg, Pydantic response models, under uvicorn.

Written as the docs of each advise for speed:
- a response model, so that Pydantic validates and writes the JSON in Rust (FastAPI: "orjson or Response Model");
- `selectinload` for collections, `joinedload` for what is one: no query per row (SQLAlchemy: "What Kind of Loading");
- an engine in AUTOCOMMIT, so that reads cost no BEGIN and ROLLBACK (SQLAlchemy: "Setting Transaction Isolation
  Levels"), `expire_on_commit` off, JSON columns read by orjson;
- a pool that holds a connection for each of the client's, in each worker;
- pages by limit and offset, as FastAPI's tutorial has them: first pages are compared, and they pay for no offset.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload, selectinload

from tests.benchmarks.rivals.fastapi_tables import Category, Price, Product, Variant, product_category

engine = create_async_engine(
    os.environ["DATABASE_URL"],
    pool_size=int(os.environ["BENCHMARK_POOL"]),
    max_overflow=0,
    isolation_level="AUTOCOMMIT",
    json_deserializer=orjson.loads,
)
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Shape(BaseModel):
    """What every response model shares."""

    model_config = ConfigDict(from_attributes=True)


class PriceOut(Shape):
    """A price."""

    amount: str
    compare_at: str | None


class RangeOut(Shape):
    """The lowest and highest amount in a currency."""

    min: str
    max: str


class BrandOut(Shape):
    """A product's brand."""

    slug: str
    name: str


class TypeOut(Shape):
    """A product's type."""

    code: str
    name: str


class CategoryOut(Shape):
    """One of a product's categories."""

    slug: str
    name: str
    path: str


class VariantOut(Shape):
    """A variant with its prices by currency."""

    id: int
    sku: str
    external_id: str | None
    name: str
    barcode: str
    attributes: dict[str, Any]
    weight_g: int | None
    prices: dict[str, PriceOut]
    stock: int | None
    in_stock: bool
    position: int
    version: int
    created_at: datetime
    updated_at: datetime


class ProductOut(Shape):
    """A product as the service shows it."""

    id: int
    slug: str
    name: str
    description: str
    status: str
    published_from: datetime | None
    published_until: datetime | None
    external_id: str | None
    product_type: TypeOut | None
    brand: BrandOut | None
    categories: list[CategoryOut]
    attributes: dict[str, Any]
    variants: list[VariantOut]
    price_range: dict[str, RangeOut]
    in_stock: bool
    version: int
    created_at: datetime
    updated_at: datetime


class PageOut(Shape):
    """A page of a list."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[ProductOut]


class ProductList(BaseModel):
    """The parameters of the list."""

    category: str | None = None
    price__gte: Decimal | None = None
    price__lte: Decimal | None = None
    count: Literal["exact"] | None = None
    limit: Annotated[int, Query(ge=1, le=100)] = 20
    offset: Annotated[int, Query(ge=0)] = 0


async def open_session() -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]


@app.get("/api/v1/products/")
async def list_products(request: Request, session: Session, asked: Annotated[ProductList, Query()]) -> PageOut:
    """A page of visible products, newest first; a full page has a next one, without a row fetched to know."""
    found = narrowed(visible(), asked)
    count = await session.scalar(select(func.count()).select_from(found.subquery())) if asked.count else None
    newest = found.order_by(Product.created_at.desc(), Product.id.desc()).options(*LOADED)
    rows = (await session.scalars(newest.limit(asked.limit).offset(asked.offset))).all()
    has_next, has_previous = len(rows) == asked.limit, asked.offset > 0
    return {  # type: ignore[return-value]  # FastAPI reads the response model off the rows
        "count": count,
        "next": page_link(request, asked.offset + asked.limit) if has_next else None,
        "previous": page_link(request, max(asked.offset - asked.limit, 0)) if has_previous else None,
        "results": rows,
    }


@app.get("/api/v1/products/{product_id}/")
async def get_product(product_id: int, session: Session) -> ProductOut:
    """A visible product."""
    product = await session.scalar(visible().where(Product.id == product_id).options(*LOADED))
    if product is None:
        raise HTTPException(404)
    return product  # type: ignore[return-value]  # FastAPI reads the response model off the row


LOADED = (
    joinedload(Product.brand),
    joinedload(Product.product_type),
    selectinload(Product.categories),
    selectinload(Product.variants).selectinload(Variant.price_rows),
)


def visible() -> Select[tuple[Product]]:
    """Active products inside their publication window."""
    now = datetime.now(UTC)
    return select(Product).where(
        Product.status == "active",
        or_(Product.published_from.is_(None), Product.published_from <= now),
        or_(Product.published_until.is_(None), Product.published_until > now),
    )


def narrowed(products: Select[tuple[Product]], asked: ProductList) -> Select[tuple[Product]]:
    """What the list's parameters leave."""
    if asked.category is not None:
        root = select(Category.path).where(Category.slug == asked.category).scalar_subquery()
        below = or_(Category.path == root, Category.path.startswith(root + "/"))
        links = select(product_category.c.product_id).join(Category, Category.id == product_category.c.category_id)
        products = products.where(exists(links.where(product_category.c.product_id == Product.id, below)))
    bounds = []
    if asked.price__gte is not None:
        bounds.append(Price.amount >= asked.price__gte)
    if asked.price__lte is not None:
        bounds.append(Price.amount <= asked.price__lte)
    if bounds:
        priced = select(Price.id).join(Variant, Variant.id == Price.variant_id)
        of_product = (Variant.product_id == Product.id, Price.currency == "USD")
        products = products.where(exists(priced.where(*of_product, *bounds)))
    return products


def page_link(request: Request, offset: int) -> str:
    """The address of another page."""
    return str(request.url.include_query_params(offset=offset))
