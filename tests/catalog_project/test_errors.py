from catalog_project.errors import Conflict, DomainError, Fault, Invalid, Missing


def test_each_kind_has_a_code_that_may_be_narrowed() -> None:
    assert [kind.code for kind in (DomainError, Invalid, Conflict, Missing)] == [
        "error",
        "invalid",
        "conflict",
        "not_found",
    ]
    assert Conflict("x").error_code == "conflict"
    assert Conflict("x", code="duplicate").error_code == "duplicate"


def test_an_error_speaks_its_sentence() -> None:
    assert str(Missing("Gone.")) == Missing("Gone.").detail == "Gone."


def test_invalid_carries_its_faults() -> None:
    faults = [Fault("a", "A."), Fault("b", "B.")]
    assert Invalid(faults).faults == tuple(faults)
    assert Invalid(faults).detail == "The request is not valid."


def test_a_fault_is_seen_from_further_out() -> None:
    fault = Fault("a", "A.", "/sku", suggestion="b")
    assert fault.below("/variants/0") == Fault("a", "A.", "/variants/0/sku", suggestion="b")
    assert Fault("a", "A.").below("/x").pointer == "/x"
