"""Staff accounts made from the command line."""

from __future__ import annotations

from apps.accounts.models import User
from apps.messaging import api as messaging


@messaging.command
def ensure_staff(*, email: str, password: str) -> tuple[User, bool]:
    """Create a member of staff with every right, or give an existing one this password; return the user and whether it is new."""
    user, created = User.objects.select_for_update(no_key=True).get_or_create(email=email.strip().lower())
    user.is_staff = user.is_superuser = user.is_active = True
    if not user.has_usable_password() or not user.check_password(password):
        user.set_password(password)
    user.save()
    return user, created
