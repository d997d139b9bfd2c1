"""Processes beside this one."""

import pytest

from catalog_project.processes import worth_starting


@pytest.mark.parametrize(("products", "processors", "workers"), [(200, 8, 1), (12_000, 8, 2), (10**6, 8, 4), (9, 1, 1)])
def test_processes_are_started_where_they_pay(products: int, processors: int, workers: int) -> None:
    assert worth_starting(products, processors) == workers
