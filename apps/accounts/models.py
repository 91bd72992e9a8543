"""Tables of accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Now, Upper

from apps.persistence.models import UUIDModel


class UserManager(BaseUserManager["User"]):
    """Makes and finds users by their e-mail address in any spelling."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=User.normalize_username(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=User.normalize_username(username or ""))


class User(UUIDModel, AbstractBaseUser, PermissionsMixin):
    """A customer or a member of staff; signs in with the e-mail address."""

    email = models.EmailField(max_length=254, unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="accounts_user_email_lower")
        ]
        indexes = [
            models.Index(fields=["-date_joined", "-id"], name="accounts_user_newest"),
            # By any part of these, as staff search.
            GinIndex(
                *(OpClass(Upper(name), name="gin_trgm_ops") for name in ("email", "first_name", "last_name")),
                name="accounts_user_words",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return an address as it is kept: NFKC, so that it has one spelling, in lower case. Forms call it on saving."""
        return super().normalize_username(username).strip().lower()


class RefreshFamily(UUIDModel):
    """One sign-in: the line of refresh tokens that follow each other from it.

    `auth_hash` is the user's session hash at sign-in: a changed password ends this line as it ends sessions.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_families")
    auth_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)


class RefreshToken(UUIDModel):
    """A refresh token by its hash; used once, then followed by its successor."""

    family = models.ForeignKey(RefreshFamily, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="accounts_refresh_expiry")]


class BrowserSession(UUIDModel):
    """A browser that signed in, by the key of its session; `device` is what it calls itself."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browser_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(db_default=Now())


class SavedAddress(UUIDModel):
    """An address in a customer's book; at most one of them is the default."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=40, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="accounts_one_default_address"
            )
        ]
