from accounts.models import User
from accounts.services.faults import faults_of


def test_each_fault_points_to_its_field(db: None) -> None:
    faults = faults_of(User(username="an na", email="x"), exclude=["password"])
    assert {(fault.pointer, fault.code) for fault in faults} == {("/username", "invalid"), ("/email", "invalid")}


def test_what_is_right_or_left_out_has_none(db: None) -> None:
    assert not faults_of(User(username="anna", email="x"), exclude=["password", "email"])
