"""Pages of the admin as a browser meets them: forms are sent with everything they hold, edited or not."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.accounts import UserFactory

Fields = dict[str, list[str]]


class FormReader(HTMLParser):
    """Collects what a browser would send of one form."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.fields: Fields = {}
        self.is_inside = False
        self.textarea: str | None = None
        self.select: dict[str, str] | None = None
        self.options: list[tuple[str, bool]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = given.get("id") == self.form_id
        elif self.is_inside and tag == "input" and "name" in given:
            self._read_input(given)
        elif self.is_inside and tag == "textarea":
            self.textarea, self.text = given["name"], ""
        elif self.is_inside and tag == "select":
            self.select, self.options = given, []
        elif self.select and tag == "option":
            self.options.append((given["value"], "selected" in given))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "select" and self.select:
            self._read_select(self.select)
            self.select = None
        elif tag == "textarea" and self.textarea:
            # as HTML says: the first line end is dropped, each other one sent as CR LF
            self.add(self.textarea, self.text.removeprefix("\n").replace("\n", "\r\n"))
            self.textarea = None

    def _read_input(self, given: Mapping[str, str]) -> None:
        is_box = given.get("type") in {"checkbox", "radio"}
        if given.get("type") not in {"submit", "button"} and (not is_box or "checked" in given):
            self.add(given["name"], given.get("value", "on" if is_box else ""))

    def _read_select(self, given: Mapping[str, str]) -> None:
        chosen = [value for value, is_selected in self.options if is_selected]
        if not chosen and "multiple" not in given:
            chosen = [value for value, _ in self.options[:1]]
        for value in chosen:
            self.add(given["name"], value)

    def add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def staff(username: str, *, role: str | None = None) -> Client:
    """A browser in which somebody has signed in, by default named as the role."""
    client = Client()
    client.force_login(UserFactory(username=username, role=f"catalog_{role or username}", is_staff=True))
    return client


def url_of(view: str, *args: Any) -> str:
    """An address of the admin: `url_of("product_change", 42)`."""
    return reverse(f"admin:products_{view}", args=args)


def read_form(response: HttpResponse, form_id: str) -> Fields:
    """What the form on a page holds."""
    reader = FormReader(form_id)
    reader.feed(response.content.decode().replace("\r\n", "\n").replace("\r", "\n"))  # as HTML says
    assert reader.fields, f"no form {form_id} on the page"
    return reader.fields


def submit(
    client: Client, url: str, changes: Mapping[str, Any] | None = None, *, button: str = "_save", form: str = "product"
) -> Any:
    """Open a page, type the changes into its form and press a button; None stands for a field that is not sent."""
    fields: dict[str, Any] = {**read_form(client.get(url), f"{form}_form"), **(changes or {}), button: "1"}
    return client.post(url, {name: value for name, value in fields.items() if value is not None})


def act(client: Client, view: str, action: str, *rows: Any, **extra: Any) -> Any:
    """Select rows of a list and run an action on them; the page that it leads to is returned."""
    data = {"action": action, "_selected_action": [row.pk for row in rows], **extra}
    return client.post(url_of(view), data, follow=True)


def errors_of(response: Any) -> dict[str, list[str]]:
    """The errors of a page's form and of its variants, by field; `variants` for those of all of them."""
    assert response.status_code == 200, "the form was taken"
    found = {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}
    for inline in response.context["inline_admin_formsets"]:
        for number, form in enumerate(inline.formset.forms):
            found |= {f"variants-{number}-{name}": list(errors) for name, errors in form.errors.items()}
        if inline.formset.non_form_errors():
            found["variants"] = list(inline.formset.non_form_errors())
    return found


def messages_of(response: Any) -> list[str]:
    """What the admin tells on the page that the answer leads to."""
    return [str(message) for message in response.context["messages"]]


def queries_of(read: Callable[[], HttpResponse]) -> int:
    """How many queries an answer takes, whatever was asked before."""
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        assert read().status_code == 200
    return len(captured)


def rows_of(response: Any) -> list[Any]:
    """The rows that a list shows."""
    return list(response.context["cl"].result_list)
