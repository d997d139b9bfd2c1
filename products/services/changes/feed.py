"""The log as a feed: readers give rows their sequence, one reader at a time (docs/adr/014-numbered-by-readers.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InternalError, OperationalError, connection, transaction
from django.db.models import Exists, F, Q, QuerySet

from catalog_project.errors import Gone
from products.models import Change, ChangeFeed

FEED = 1  # the one row
# So many rows are numbered, pruned or looked through at once.
PORTION = 10_000
READ_ONLY = "25006"  # PostgreSQL's code for "cannot write in a read-only transaction", as on a standby

# The order of ids is the order in which writers held the locks of what they changed.
NUMBER = """
    UPDATE products_change SET sequence = numbered.sequence
    FROM (
        SELECT id, %s + row_number() OVER (ORDER BY id) AS sequence
        FROM (SELECT id FROM products_change WHERE sequence IS NULL ORDER BY id LIMIT %s) AS waiting
    ) AS numbered
    WHERE products_change.id = numbered.id
"""


@dataclass(frozen=True)
class Filters:
    """Which changes are wanted; None asks for all. `actor` is a username or a user's id."""

    entity: str | None = None
    id: int | None = None
    actor: str | None = None
    request_id: str | None = None

    @property
    def condition(self) -> Q:
        """The same for a query."""
        named = {"entity": self.entity, "entity_id": self.id, "request_id": self.request_id}
        return Q(**{name: value for name, value in named.items() if value is not None}) & self._by_actor

    @property
    def _by_actor(self) -> Q:
        if self.actor is None:
            return Q()
        is_id = self.actor.isascii() and self.actor.isdigit() and len(self.actor) <= 18
        return Q(actor_name=self.actor) | (Q(actor_id=int(self.actor)) if is_id else Q())

    def reach(self, limit: int) -> int | None:
        """Over how many sequences a page may stretch: as many as it has rows, or may be searched for them.

        None for no limit: the changes of one entity are found without looking at others.
        """
        if self.entity is not None and self.id is not None:
            return None
        return limit if self == Filters() else PORTION


@dataclass(frozen=True)
class Page:
    """Some changes in the order of their sequence; `next_since` is where the next page begins."""

    changes: Sequence[Change]
    next_since: int
    has_more: bool


def read_changes(*, since: int, limit: int, filters: Filters) -> Page:
    """The first changes behind a sequence. Raises Gone `changes_pruned` when some of those are kept no longer."""
    last, is_behind = _numbered_through(since + limit)
    reach = filters.reach(limit)
    until = last if reach is None else min(last, since + reach)
    numbered = Change.objects.filter(filters.condition, sequence__gt=since, sequence__lte=until)
    found = list(numbered.order_by("sequence")[: limit + 1])
    _require_kept(since)  # after the reading: what has been pruned meanwhile was not read
    page = found[:limit]
    next_since = _sequence(page[-1]) if len(found) > limit else max(until, since)
    return Page(page, next_since, has_more=is_behind or next_since < last)


def number_changes() -> int:
    """Number a portion of the committed changes that have no sequence yet; returns how many there were.

    Looks before it locks: a reader who polls for news writes nothing while there are none.
    """
    _, is_waiting = _state()
    return _number_portion() if is_waiting else 0


def prune_changes(*, before: datetime) -> int:
    """Remove the changes from before a moment, up to the first that is younger; returns how many.

    Those without a sequence stay: no reader has seen them.
    """
    young = Change.objects.filter(sequence__isnull=False, created_at__gte=before).order_by("sequence")
    first_young = young.values_list("sequence", flat=True).first()
    through = _state()[0] if first_young is None else first_young - 1
    removed = 0
    while portion := _prune(through):
        removed += portion
    return removed


def history(product_id: int) -> QuerySet[Change]:
    """The changes of a product and its variants."""
    changes: QuerySet[Change] = Change.objects.filter(product_id=product_id)
    return changes


def _numbered_through(wanted: int) -> tuple[int, bool]:
    """The last sequence there is, and whether changes wait behind it; numbers some where more are wanted."""
    last, is_waiting = _state()
    if not is_waiting or wanted < last:
        return last, is_waiting
    is_behind = _number_portion() == PORTION
    return _state()[0], is_behind


def _state() -> tuple[int, bool]:
    """The last sequence, and whether there are changes without."""
    waiting = Exists(Change.objects.filter(sequence__isnull=True))
    found = ChangeFeed.objects.annotate(is_waiting=waiting).values_list("last_sequence", "is_waiting").first()
    return found or (0, Change.objects.exists())


def _number_portion() -> int:
    """Number some changes; none where nothing can be written, as on a standby."""
    try:
        with transaction.atomic():
            return _number(_locked_feed())
    except (InternalError, OperationalError) as error:
        if not _is_read_only(error):
            raise
        return 0


def _locked_feed() -> ChangeFeed:
    feed: ChangeFeed
    feed, _ = ChangeFeed.objects.select_for_update().get_or_create(pk=FEED)
    return feed


def _number(feed: ChangeFeed) -> int:
    """A statement of its own after the lock: under READ COMMITTED it sees what the reader before has numbered."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBER, [feed.last_sequence, PORTION])
        numbered: int = cursor.rowcount
    if numbered:
        ChangeFeed.objects.filter(pk=FEED).update(last_sequence=F("last_sequence") + numbered)
    return numbered


@transaction.atomic
def _prune(through: int) -> int:
    feed = _locked_feed()
    until = min(feed.pruned_through + PORTION, through)
    if until <= feed.pruned_through:
        return 0
    ChangeFeed.objects.filter(pk=FEED).update(pruned_through=until)
    removed: int = Change.objects.filter(sequence__lte=until).delete()[0]
    return removed


def _require_kept(since: int) -> None:
    feed = ChangeFeed.objects.filter(pk=FEED).first()
    if feed and since < feed.pruned_through:
        sentence = f"The changes up to {feed.pruned_through} are kept no longer; the last one is {feed.last_sequence}."
        raise Gone(sentence, code="changes_pruned")


def _sequence(change: Change) -> int:
    return change.sequence or 0


def _is_read_only(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == READ_ONLY or "readonly database" in str(error)
