import time

from prometheus_client import CollectorRegistry, Counter, Histogram

from catalog_project.observability.tally import BOUNDS, Sum, Tally, observe_latencies, observe_times
from tests.threads import at_once

SECONDS = [0.0001, 0.001, 0.0011, 0.3, 99.0]


def samples(histogram: Histogram) -> dict[str, float]:
    found = {}
    for metric in histogram.collect():
        found = {
            f"{sample.name}{sample.labels}": round(sample.value, 9)
            for sample in metric.samples
            if not sample.name.endswith("_created")
        }
    return found


def test_a_histogram_reads_as_if_it_had_observed_each_request() -> None:
    one_by_one = Histogram("h", "", buckets=BOUNDS, registry=CollectorRegistry())
    together = Histogram("h", "", buckets=BOUNDS, registry=CollectorRegistry())
    tally: Tally[str] = Tally(lambda _, found: observe_latencies(together, found))
    for seconds in SECONDS:
        one_by_one.observe(seconds)
        tally.add("a", seconds)
    tally.flush()
    assert samples(together) == samples(one_by_one)


def test_the_same_size_observed_many_times_reads_as_each_of_them() -> None:
    one_by_one = Histogram("h", "", registry=CollectorRegistry())
    together = Histogram("h", "", registry=CollectorRegistry())
    for _ in range(3):
        one_by_one.observe(2.5)
    observe_times(together, 2.5, 3)
    assert samples(together) == samples(one_by_one)


def test_no_request_of_any_thread_is_lost_or_counted_twice() -> None:
    counter = Counter("c", "", ["label"], registry=CollectorRegistry())
    tally: Tally[str] = Tally(lambda label, found: counter.labels(label).inc(found.count))

    def work(number: int) -> None:
        for index in range(1000):
            tally.add(str(number % 2), 0.001)
            if index % 100 == 0:
                tally.flush()

    at_once(8, work)
    tally.flush()
    assert [counter.labels(label)._value.get() for label in "01"] == [4000, 4000]


def test_what_was_counted_is_handed_over_soon_without_being_asked_for(monkeypatch) -> None:
    monkeypatch.setattr("catalog_project.observability.tally.INTERVAL_SECONDS", 0.05)
    got: list[Sum] = []
    tally: Tally[str] = Tally(lambda _, found: got.append(found))
    for size in (7, 7, 9):
        tally.add("a", 0.001, size)
    wait_until(lambda: bool(got))
    assert [(found.count, found.sizes) for found in got] == [(3, {7: 2, 9: 1})]


def wait_until(condition) -> None:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
