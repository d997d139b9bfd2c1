"""Headers that keep browsers from doing with an answer what it is not meant for; every answer carries them.

After the OWASP HTTP Headers Cheat Sheet. HSTS and the redirect to https are Django's own, by BEHIND_TLS.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "Content-Security-Policy"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Pages elsewhere may ask by CORS, which this does not touch; to embed what is here they may not.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Nothing in JSON is ever run or shown.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Pages take scripts, styles and images from files of ours alone: what gets into their text is never run.
PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
# Of an answer that is no page and made outside of Django.
OF_DATA = [*ALWAYS.items(), (POLICY, DATA_POLICY)]


class SecurityHeadersMiddleware:
    """Adds the headers to every answer of Django's, unless its view has set one itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request; pages get the policy of pages."""
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        response.headers.setdefault(POLICY, PAGE_POLICY if is_page else DATA_POLICY)
        return response
