"""Looking for garbage seldom."""

import gc

import pytest

from catalog_project.garbage import SELDOM, collect_seldom, collecting_seldom


def test_garbage_is_looked_for_seldom_only_meanwhile() -> None:
    usual = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold() == (SELDOM, *usual[1:])
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0


def test_a_failure_leaves_it_as_usual_too() -> None:
    usual = gc.get_threshold()
    with pytest.raises(KeyError), collecting_seldom():
        raise KeyError
    assert gc.get_threshold() == usual


def test_from_now_on_garbage_is_looked_for_seldom() -> None:
    usual = gc.get_threshold()
    try:
        collect_seldom()
        assert gc.get_threshold() == (SELDOM, *usual[1:])
        assert gc.get_freeze_count() > 0
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
