"""Every address of the service, but for the probes: `catalog_project.health` answers those ahead of everything."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.api.jwks import jwks
from catalog_project.api import docs, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", docs.index, name="index"),
    path("api/v1/", include("products.api.urls")),
    path("api/v1/jobs/", include("catalog_project.jobs.api.urls")),
    path("api/v1/auth/", include("accounts.api.urls")),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("api/schema/", docs.SchemaView.as_view(), name="schema"),
    path("api/docs/", docs.DocsView.as_view(), name="docs"),
    path("api/redoc/", docs.DocsView.as_view(template_name="redoc.html", policy=docs.REDOC_POLICY), name="redoc"),
    re_path(r"^api/", views.not_found),
    re_path(r"^problems/?$", docs.problem_list, name="problems"),
    re_path(r"^problems/(?P<code>[a-z_]+)/?$", docs.problem_detail, name="problem"),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
