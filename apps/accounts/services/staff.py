"""Staff accounts made from the command line."""

from __future__ import annotations

from apps.accounts.errors import InvalidRegistration
from apps.accounts.models import User
from apps.accounts.services.people import email_faults
from apps.messaging import api as messaging


@messaging.command
def ensure_staff(*, email: str, password: str) -> tuple[User, bool]:
    """Create a member of staff with every right, or give an existing one this password; return the user and whether it is new.

    The password is the operator's choice: no rule but theirs applies. Raises InvalidRegistration for what is no address.
    """
    email = User.normalize_username(email)
    if faults := email_faults(email):
        raise InvalidRegistration(fields=faults)
    user, created = User.objects.select_for_update(no_key=True).get_or_create(email=email)
    user.is_staff = user.is_superuser = user.is_active = True
    if created or not user.check_password(password):
        user.set_password(password)
    user.save()
    return user, created
