"""Rate limits of the forms that cost something: guessing passwords, taking stock."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.kernel.errors import TooManyRequests
from apps.storefront.context import page
from apps.web import limits
from apps.web.authentication import caller_of

View = Callable[..., HttpResponse]


def limit_posts(group: str) -> Callable[[View], View]:
    """Decorate a view so that its POSTs take from the visitor's bucket of `group`.

    An empty one, or another that the view takes from, is answered 429 with `Retry-After`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method == "POST":
                    take(request, group)
                return view(request, *args, **kwargs)
            except TooManyRequests as error:
                context = {"seconds": error.retry_after}
                response = page(request, "too_many.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
                response["Retry-After"] = str(error.retry_after)
                return response

        return run

    return decorate


def take(request: HttpRequest, group: str) -> None:
    """Take from the visitor's bucket of `group`; TooManyRequests where it is empty."""
    # Only who is signed in has a bucket of their own besides the address's; guessing passwords is nobody's yet.
    customer_id = caller_of(request).customer_id if group != "login" else None
    decision = limits.take(group=group, meta=request.META, customer_id=customer_id)
    if decision:
        decision.enforce()
