"""A client generated from the served document imports and works."""

import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.live import Manager

pytestmark = pytest.mark.xdist_group("contract")

SESSION = """
import importlib, pkgutil, sys
import catalog_client.api
for module in pkgutil.walk_packages(catalog_client.api.__path__, "catalog_client.api."):
    importlib.import_module(module.name)

from catalog_client import AuthenticatedClient, Client, models
from catalog_client.api.auth import create_token
from catalog_client.api.products import create_product, delete_product, get_product, list_products, update_product

url, username, password = sys.argv[1:]
credentials = models.CredentialsRequest(username=username, password=password)
client = AuthenticatedClient(url, create_token.sync(client=Client(url), body=credentials).access)

wanted = {"name": "Made by a client", "variants": [{"sku": "CLIENT-1", "prices": {"USD": {"amount": "12.50"}}}]}
made = create_product.sync(client=client, body=models.ProductWriteRequest.from_dict(wanted))
assert made.price_range["USD"].min_ == "12.50", made
assert get_product.sync(made.slug, client=client) == made
assert list_products.sync(client=client, sku=["client-1"]).results == [made]
patch = models.PatchedProductPatchRequest(name="Renamed")
assert update_product.sync(made.slug, client=client, body=patch).name == "Renamed"
assert delete_product.sync_detailed(made.slug, client=client).status_code == 204
assert get_product.sync(made.slug, client=client).code == "not_found"
print("done")
"""


def test_a_generated_client_logs_in_creates_lists_filters_patches_and_deletes(manager: Manager, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    with urlopen(f"{manager.live.url}/api/schema/", timeout=20) as response:
        document.write_bytes(response.read())
    generate(document, tmp_path / "catalog_client")
    arguments = [sys.executable, "-c", SESSION, manager.live.url, manager.username, manager.password]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "done\n", done.stderr


def generate(document: Path, target: Path) -> None:
    generator = Path(sys.executable).with_name("openapi-python-client")
    subprocess.run(
        [generator, "generate", "--path", document, "--output-path", target, "--meta", "none"],
        check=True,
        capture_output=True,
    )
