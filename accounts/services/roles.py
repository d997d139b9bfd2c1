"""Roles: groups that come with the migrations."""

from typing import Any

from django.apps.registry import Apps

VIEW = ("view",)
EDIT = ("view", "add", "change")
MANAGE = ("view", "add", "change", "delete")

CATALOG = ("category", "brand", "product", "variant", "price", "productcategory")
# What products may be like: for managers alone to decide.
DEFINITIONS = ("attribute", "attributeoption", "producttype", "producttypeattribute")
# What happened, which nobody edits.
HISTORY = ("change",)

# Everybody sees and cancels their own jobs; these are the right to do so with everybody's.
JOBS: dict[str, tuple[str, ...]] = {"jobs.job": ("view", "change")}

# role -> model (of the products app where no app is named) -> verbs. Sections of the catalog that come later join with
# a migration of their own that calls `sync_roles` again.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "catalog_viewer": dict.fromkeys(CATALOG + DEFINITIONS + HISTORY, VIEW),
    "catalog_editor": dict.fromkeys(CATALOG, EDIT) | dict.fromkeys(DEFINITIONS + HISTORY, VIEW),
    "catalog_manager": dict.fromkeys(CATALOG + DEFINITIONS, MANAGE) | dict.fromkeys(HISTORY, VIEW) | JOBS,
}


def sync_roles(apps: Apps, schema_editor: object = None) -> None:
    """Give every role what ROLES says; for migrations, which call it as `RunPython(sync_roles)`.

    Adds what is missing and takes nothing away, so that what an operator added stays. Models that `apps` does not
    know yet are left to a later migration.
    """
    for role, rights in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        for model_name, verbs in rights.items():
            group.permissions.add(*_permissions(apps, model_name, verbs))


def _permissions(apps: Apps, name: str, verbs: tuple[str, ...]) -> list[Any]:
    """Django makes permissions only after all migrations have run: these make theirs ahead of it, in its own form."""
    app_label, _, model_name = name.rpartition(".")
    app_label = app_label or "products"
    try:
        options = apps.get_model(app_label, model_name)._meta
    except LookupError:
        return []
    content_types = apps.get_model("contenttypes", "ContentType").objects
    content_type, _ = content_types.get_or_create(app_label=app_label, model=model_name)
    permissions = apps.get_model("auth", "Permission").objects
    return [
        permissions.get_or_create(
            content_type=content_type,
            codename=f"{verb}_{model_name}",
            defaults={"name": f"Can {verb} {options.verbose_name_raw}"},
        )[0]
        for verb in verbs
    ]
