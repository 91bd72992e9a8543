"""Model fields shared by several apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from django.conf import settings
from django.db import models

from apps.kernel.money import Money

if TYPE_CHECKING:
    SlugField = models.SlugField[str, str]
else:
    SlugField = models.SlugField


class MoneyAttribute(property):
    """The attribute `<name>`: reads and writes Money through the two columns."""

    def __init__(self, name: str) -> None:
        amount, currency = f"{name}_amount", f"{name}_currency"

        def read(instance: models.Model) -> Money | None:
            value = getattr(instance, amount)
            return None if value is None else Money(value, getattr(instance, currency))

        def write(instance: models.Model, money: Money | None) -> None:
            setattr(instance, amount, None if money is None else money.amount)
            setattr(instance, currency, None if money is None else money.currency)

        super().__init__(read, write)


M = TypeVar("M", Money, Money | None)


class MoneyField(Generic[M]):
    """Money as two columns: `<name>_amount numeric(19,4)` and `<name>_currency char(3)`.

    The attribute `<name>` holds `kernel.Money` (or None where `null`), in `Model(price=...)` too. Queries name the
    columns.
    """

    @overload
    def __init__(self: MoneyField[Money], *, null: Literal[False] = False) -> None: ...
    @overload
    def __init__(self: MoneyField[Money | None], *, null: Literal[True]) -> None: ...
    def __init__(self, *, null: bool = False) -> None:
        self.null = null

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Add both columns and the attribute to the model; Django calls this while it builds the class."""
        amount: models.Field[Any, Any] = models.DecimalField(
            max_digits=19, decimal_places=4, null=self.null, blank=self.null
        )
        currency: models.Field[Any, Any] = models.CharField(max_length=3, null=self.null, blank=self.null)
        cls.add_to_class(f"{name}_amount", amount)
        cls.add_to_class(f"{name}_currency", currency)
        setattr(cls, name, MoneyAttribute(name))

    @overload
    def __get__(self, instance: None, owner: type[models.Model]) -> MoneyField[M]: ...
    @overload
    def __get__(self, instance: models.Model, owner: type[models.Model]) -> M: ...
    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> M | MoneyField[M]:
        """Exist for type checkers only: `contribute_to_class` puts `MoneyAttribute` in this object's place."""
        raise AttributeError("a MoneyField belongs on a model")

    def __set__(self, instance: models.Model, value: M) -> None:
        """Exist for type checkers only."""
        raise AttributeError("a MoneyField belongs on a model")


class TaxClassField(SlugField):
    """One of the tax classes of the shop (`settings.TAX_CLASSES`), chosen from a list in forms.

    Migrations know it as the plain slug it is, so that another list needs none.
    """

    def __init__(self, **options: Any) -> None:
        classes = [(name, name) for name in settings.TAX_CLASSES]
        super().__init__(**{"default": "standard", "db_index": False, "choices": classes, **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Return how to write this field into a migration."""
        name, _, arguments, options = super().deconstruct()
        options.pop("choices", None)
        return name, "django.db.models.SlugField", arguments, options
