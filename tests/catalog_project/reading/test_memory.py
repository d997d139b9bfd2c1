from catalog_project.reading.memory import OVERHEAD, Memory
from tests.threads import at_once


def room_for(count: int, size: int) -> Memory[str]:
    return Memory(count * (size + OVERHEAD))


def test_what_was_put_is_there_and_what_was_not_is_not() -> None:
    memory = room_for(10, 100)
    memory.put("a", "value", 100)
    assert (memory.get("a"), memory.get("b")) == ("value", None)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    memory = room_for(10, 100)
    for key in range(10):
        memory.put(key, str(key), 100)
    memory.get(0)
    memory.put("new", "new", 100)
    assert (memory.get(0), memory.get(1), memory.get("new")) == ("0", None, "new")


def test_a_new_value_takes_the_place_of_the_old_one() -> None:
    memory = room_for(10, 100)
    for _ in range(100):
        memory.put("a", "value", 100)
    assert memory.taken == 100 + OVERHEAD


def test_something_too_large_is_not_kept_and_drives_nothing_out() -> None:
    memory = room_for(10, 100)
    memory.put("a", "value", 100)
    memory.put("b", "large", 5000)
    assert (memory.get("a"), memory.get("b")) == ("value", None)


def test_threads_never_overfill_it() -> None:
    memory = room_for(10, 100)
    at_once(8, lambda thread: [memory.put((thread, n % 7), "x", n % 200) for n in range(500)])
    assert 0 < memory.taken <= 10 * (100 + OVERHEAD)
    memory.clear()
    assert memory.taken == 0
