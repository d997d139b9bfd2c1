import pytest

from catalog_project.addresses import client_address

PEER = "192.0.2.1"


@pytest.fixture
def hops(settings, request) -> None:
    settings.TRUSTED_PROXY_HOPS = request.param


@pytest.mark.parametrize(
    ("peer", "known_as"),
    [
        (PEER, PEER),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", PEER),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_a_client_is_known_by_its_address_or_its_network(peer: str, known_as: str) -> None:
    assert client_address({"REMOTE_ADDR": peer}) == known_as


def test_without_a_proxy_of_ours_what_is_forwarded_is_a_claim() -> None:
    assert client_address({"REMOTE_ADDR": PEER, "HTTP_X_FORWARDED_FOR": "198.51.100.7"}) == PEER


@pytest.mark.parametrize(
    ("hops", "forwarded", "known_as"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "198.51.100.7", PEER),
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, "198.51.100.7, ", PEER),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::/64"),
        (1, "2001:db8::1", "2001:db8::/64"),
    ],
    indirect=["hops"],
)
def test_the_entry_of_the_first_proxy_of_ours_counts(hops: None, forwarded: str, known_as: str) -> None:
    assert client_address({"REMOTE_ADDR": PEER, "HTTP_X_FORWARDED_FOR": forwarded}) == known_as
