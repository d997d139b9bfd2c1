from accounts.management.explaining import explain
from catalog_project.errors import Conflict, Fault, Invalid


def test_each_fault_is_a_line_with_its_place_and_what_was_meant() -> None:
    faults = [Fault("x", "No.", "/name"), Fault("y", "Unknown.", "/scopes/1", suggestion="products.view_brand")]
    assert explain(Invalid(faults)) == "name: No.\nscopes/1: Unknown. Did you mean products.view_brand?"


def test_without_faults_the_refusal_speaks_for_itself() -> None:
    assert explain(Conflict("It is closed.")) == "It is closed."
