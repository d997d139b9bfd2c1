"""People. `UserFactory(role="catalog_editor")` may do what that role may."""

from typing import Any

import factory
from django.apps import apps
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.services.roles import sync_roles

PASSWORD = "correct horse battery staple"


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def role(self, create: bool, name: str | None, **_: Any) -> None:
        if name:
            self.groups.add(role_named(name))  # type: ignore[attr-defined]  # factory-boy passes the user


def role_named(name: str) -> Group:
    """The role's group. Tests that commit empty every table after them, the one that migrations filled included."""
    if not Group.objects.filter(name=name).exists():
        sync_roles(apps)
    return Group.objects.get(name=name)
