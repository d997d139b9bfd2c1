import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from catalog_project.cache import ForgivingRedisCache
from catalog_project.reading import cache as reads
from catalog_project.reading import shared
from catalog_project.reading.cache import ReadCache
from catalog_project.reading.entries import Entry
from tests.catalog_project.observability.test_metrics import Rise
from tests.threads import at_once

START = datetime(2030, 1, 1, tzinfo=UTC)
redis = pytest.mark.redis


class World:
    """The state of the database and the clock, as a test wants them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.generation: bytes | None = b"1"
        self.now = START
        monkeypatch.setattr(reads, "current_generation", lambda: self.generation)
        monkeypatch.setattr(timezone, "now", lambda: self.now)


class Maker:
    """Makes another value each time."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> bytes:
        self.made += 1
        return b"value %d" % self.made


@pytest.fixture
def world(monkeypatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def without_own_memory(monkeypatch) -> None:
    """As another worker finds it: with nothing but Redis."""
    monkeypatch.setattr(reads.local, "get", lambda _: None)


CACHE = ReadCache("test")


def test_what_was_made_is_given_again_in_the_same_state(world, make) -> None:
    assert [CACHE.get_or_make("a", make) for _ in range(3)] == [b"value 1"] * 3


def test_in_another_state_it_is_made_again(world, make) -> None:
    CACHE.get_or_make("a", make)
    world.generation = b"2"
    assert CACHE.get_or_make("a", make) == b"value 2"


def test_keys_and_caches_are_apart(world, make) -> None:
    values = [CACHE.get_or_make("a", make), CACHE.get_or_make("b", make), ReadCache("other").get_or_make("a", make)]
    assert values == [b"value 1", b"value 2", b"value 3"]


def test_without_a_state_nothing_is_remembered(world, make) -> None:
    world.generation = None
    assert [CACHE.get_or_make("a", make) for _ in range(2)] == [b"value 1", b"value 2"]


def test_switched_off_nothing_is_remembered(world, make, settings) -> None:
    settings.READ_CACHE = False
    assert [CACHE.get_or_make("a", make) for _ in range(2)] == [b"value 1", b"value 2"]


def test_an_error_is_not_remembered(world, make) -> None:
    with pytest.raises(ZeroDivisionError):
        CACHE.get_or_make("a", lambda: b"%d" % (1 // 0))
    assert CACHE.get_or_make("a", make) == b"value 1"


def test_reads_are_counted_as_hits_and_misses(world, make) -> None:
    hits = Rise("catalog_cache_reads_total", cache="test", result="hit")
    misses = Rise("catalog_cache_reads_total", cache="test", result="miss")
    for _ in range(3):
        CACHE.get_or_make("a", make)
    assert (hits(), misses()) == (2, 1)


def test_of_twenty_readers_at_once_one_makes_it(world) -> None:
    made = []

    def slow() -> bytes:
        time.sleep(0.2)
        made.append(1)
        return b"value"

    assert at_once(20, lambda _: CACHE.get_or_make("a", slow)) == [b"value"] * 20
    assert len(made) == 1


def test_a_reader_in_a_newer_state_does_not_take_what_an_older_one_makes(world) -> None:
    def make_while_somebody_commits() -> bytes:
        if world.generation == b"1":
            world.generation = b"2"
            assert CACHE.get_or_make("a", lambda: b"new") == b"new"
            return b"old"
        return b"newer"

    CACHE.get_or_make("a", make_while_somebody_commits)
    assert CACHE.get_or_make("a", make_while_somebody_commits) in {b"new", b"newer"}


# --- The clock


def edges(*moments: timedelta) -> ReadCache:
    """A cache of something that the clock changes at these moments after the start."""

    def next_edge(after: datetime) -> datetime | None:
        return min((START + moment for moment in moments if START + moment > after), default=None)

    return ReadCache("test", next_edge)


def test_nothing_is_given_at_or_after_its_edge(world, make) -> None:
    cache = edges(timedelta(seconds=10), timedelta(seconds=20))
    found = []
    for seconds in (0, 9.999999, 10, 19.999999, 20, 99):
        world.now = START + timedelta(seconds=seconds)
        found.append(cache.get_or_make("a", make))
    assert found == [b"value 1", b"value 1", b"value 2", b"value 2", b"value 3", b"value 3"]


def test_an_edge_that_comes_while_it_is_made_ends_it_at_once(world, make) -> None:
    def make_for_long() -> bytes:
        world.now += timedelta(seconds=15)
        return make()

    cache = edges(timedelta(seconds=10))
    assert cache.get_or_make("a", make_for_long) == b"value 1"
    assert cache.get_or_make("a", make) == b"value 2"


@pytest.mark.django_db(transaction=True)
def test_for_what_is_not_remembered_the_edge_is_asked_once_a_second(world) -> None:
    asked: list[datetime] = []
    cache = ReadCache("test", lambda now: asked.append(now) or START + timedelta(seconds=1.5))  # type: ignore[func-returns-value]
    for seconds in (0, 0.5, 0.9, 1.1, 1.4, 1.5):
        world.now = START + timedelta(seconds=seconds)
        cache.edge_soon()
    assert [(moment - START).total_seconds() for moment in asked] == [0, 1.1, 1.5]


# --- Redis


@redis
def test_another_worker_finds_it_in_redis(world, make, without_own_memory) -> None:
    assert [CACHE.get_or_make("a", make) for _ in range(2)] == [b"value 1"] * 2


@redis
@pytest.mark.parametrize("garbage", [b"", b"\x80\x04K\x01.", b"x" * 500])
def test_garbage_in_redis_is_a_miss(world, make, without_own_memory, garbage: bytes) -> None:
    CACHE.get_or_make("a", make)
    caches["reads"].set(shared._name("test:a"), garbage)
    assert CACHE.get_or_make("a", make) == b"value 2"


@redis
def test_what_was_moved_to_another_key_is_a_miss(world, make, without_own_memory) -> None:
    CACHE.get_or_make("a", make)
    caches["reads"].set(shared._name("test:b"), caches["reads"].get(shared._name("test:a")))
    assert CACHE.get_or_make("b", make) == b"value 2"


@pytest.fixture
def dead_redis(monkeypatch) -> None:
    down = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.1}})
    monkeypatch.setattr(shared, "_cache", lambda: down)


@pytest.mark.parametrize("is_slow", [True, False])
def test_a_dead_redis_costs_a_miss_and_no_wait(world, make, dead_redis, without_own_memory, is_slow: bool) -> None:
    started = time.monotonic()
    assert [CACHE.get_or_make("a", make, is_slow=is_slow) for _ in range(2)] == [b"value 1", b"value 2"]
    assert time.monotonic() - started < 0.9


@redis
def test_something_slow_is_made_by_one_worker_at_a_time(world, make, without_own_memory) -> None:
    caches["reads"].add(f"{shared._name('test:a')}:lock", b"1", timeout=5)  # another worker is about it

    def deliver(number: int) -> bytes | None:
        if number == 0:
            return CACHE.get_or_make("a", make, is_slow=True)
        time.sleep(0.2)
        shared.store("test:a", Entry(b"of the other", b"1", START.timestamp()))
        return None

    assert at_once(2, deliver)[0] == b"of the other"
    assert make.made == 0


@redis
def test_a_worker_that_died_is_not_waited_for_long(world, make, monkeypatch) -> None:
    monkeypatch.setattr(shared, "WAIT_SECONDS", 0.1)
    caches["reads"].add(f"{shared._name('test:a')}:lock", b"1", timeout=5)
    assert CACHE.get_or_make("a", make, is_slow=True) == b"value 1"


# --- Soft


def ages(world: World, make: Callable[[], bytes], *steps: tuple[float, bytes]) -> list[tuple[bytes, float]]:
    """Value and age in seconds at each moment and state."""
    found = []
    for seconds, world.generation in steps:
        world.now = START + timedelta(seconds=seconds)
        value, made_at = CACHE.get_or_make_soft("a", make, max_age=5)
        found.append((value, (world.now - made_at).total_seconds()))
    return found


def test_something_soft_may_be_of_an_older_state_for_a_while(world, make) -> None:
    assert ages(world, make, (0, b"1"), (2, b"2"), (3, b"3"), (4, b"4")) == [
        (b"value 1", 0),
        (b"value 1", 2),
        (b"value 2", 0),
        (b"value 2", 1),
    ]


def test_something_soft_is_exact_as_long_as_nothing_changed(world, make) -> None:
    assert ages(world, make, (0, b"1"), (100, b"1")) == [(b"value 1", 0), (b"value 1", 0)]


def test_something_soft_is_never_older_than_allowed(world, make) -> None:
    assert ages(world, make, (0, b"1"), (5, b"2"))[1] == (b"value 2", 0)


def test_while_one_makes_it_again_the_others_go_on_with_what_there_is(world) -> None:
    CACHE.get_or_make_soft("a", lambda: b"old")
    world.generation, world.now = b"2", START + timedelta(seconds=3)
    made = []

    def slow() -> bytes:
        made.append(1)
        time.sleep(0.5)
        return b"new"

    def read(number: int) -> bytes:
        time.sleep(0.1 if number else 0)
        return CACHE.get_or_make_soft("a", slow)[0]

    assert at_once(10, read) == [b"new"] + [b"old"] * 9
    assert len(made) == 1


def test_soft_without_a_state_is_made_each_time(world, make) -> None:
    world.generation = None
    assert [CACHE.get_or_make_soft("a", make)[0] for _ in range(2)] == [b"value 1", b"value 2"]


# --- While the database is away


def test_what_was_answered_a_short_while_ago_stands_in(world, make) -> None:
    CACHE.get_or_make("a", make)
    world.now += timedelta(seconds=40)
    CACHE.get_or_make("a", make)
    world.generation = None
    world.now += timedelta(seconds=60)
    assert CACHE.standing_in("a").body == b"value 1"
    world.now += timedelta(seconds=1)
    assert CACHE.standing_in("a") is None


def test_it_stands_in_for_its_own_key_only(world, make) -> None:
    CACHE.get_or_make("a", make)
    assert CACHE.standing_in("b") is None
    assert ReadCache("other").standing_in("a") is None


def test_it_stands_in_until_its_edge(world, make) -> None:
    cache = ReadCache("edged", lambda _: START + timedelta(seconds=10))
    cache.get_or_make("a", make)
    world.now += timedelta(seconds=9)
    assert cache.standing_in("a")
    world.now += timedelta(seconds=1)
    assert cache.standing_in("a") is None


def test_with_the_cache_off_nothing_stands_in(world, make, settings) -> None:
    CACHE.get_or_make("a", make)
    settings.READ_CACHE = False
    assert CACHE.standing_in("a") is None
    assert not reads.is_database_away()


@redis
def test_what_another_worker_answered_stands_in(world, make, monkeypatch) -> None:
    CACHE.get_or_make("a", make)
    for _ in range(5):  # for longer than Redis keeps an entry that nobody offers again
        world.now += timedelta(seconds=15)
        CACHE.get_or_make("a", make)
    monkeypatch.setattr(reads.local, "get", lambda _: None)
    world.now += timedelta(seconds=50)
    assert CACHE.standing_in("a").body == b"value 1"
    assert make.made == 1
