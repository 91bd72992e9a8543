"""The audit that beat carries on: what was found is looked at again, then the walk goes on where it stopped, some seconds at a time.

A finding counts ("stands") once it was seen twice, a while apart; one that is not seen any more is over. One process audits at a time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from apps.kernel.errors import NotFound
from apps.kernel.ids import uuid7
from apps.messaging import audits
from apps.messaging.commands import command
from apps.messaging.contracts import AuditedCheck, Finding, Looked, PastRepair, StandingFinding
from apps.messaging.models import AuditFinding, AuditPass, AuditRepair
from apps.persistence.databases import alias_for
from apps.persistence.turns import turn_at

logger = logging.getLogger(__name__)
_TURN: Final = 0x61756469745F5F31
# At most so many findings of a check are kept and looked at again: a shop that is wrong everywhere needs no longer list.
KEPT: Final = 1000


def carry_on(*, seconds: float) -> None:
    """Look again at what was found, then walk on for about `seconds`; nothing where another process audits now."""
    with turn_at(alias_for("messaging"), _TURN) as ours:
        if not ours:
            return
        until = time.monotonic() + seconds
        for check in audits.checks():
            look_again(check)
        for check in _longest_ago_first():
            if not _walk_on(check, until=until):
                return


def _longest_ago_first() -> list[audits.Check]:
    """Return the checks, those in the middle of a walk first, then by when their last one ended."""
    passes = {row.check_name: row for row in AuditPass.objects.all()}

    def turn(check: audits.Check) -> tuple[bool, float]:
        row = passes.get(check.name)
        finished = row.finished_at.timestamp() if row and row.finished_at else 0.0
        return not (row and row.position), finished

    return sorted(audits.checks(), key=turn)


def _walk_on(check: audits.Check, *, until: float) -> bool:
    """Walk until the end of the check's subjects or of the time; return whether there was time for the end."""
    row = _begin(check)
    for looked in audits.walk(check, after=row.position):
        _note(check, looked)
        if time.monotonic() >= until:
            if not looked.position:
                _finish(check)
            return False
    _finish(check)
    return True


@command
def _begin(check: audits.Check) -> AuditPass:
    row, _ = AuditPass.objects.get_or_create(check_name=check.name)
    if not row.position:
        row.started_at, row.subjects = Now(), 0
        row.save(update_fields=["started_at", "subjects"])
    return row


@command
def _note(check: audits.Check, looked: Looked) -> None:
    _keep(check, looked.findings)
    AuditPass.objects.filter(pk=check.name).update(position=looked.position, subjects=F("subjects") + looked.count)


@command
def _finish(check: audits.Check) -> None:
    AuditPass.objects.filter(pk=check.name).update(position="", finished_at=Now(), finished_subjects=F("subjects"))


def _keep(check: audits.Check, findings: Iterable[Finding]) -> None:
    known = _open(check).count()
    for finding in findings:
        seen = {"detail": finding.detail, "repair": finding.repair, "last_seen_at": Now()}
        if _open(check).filter(subject=finding.subject).update(**seen):
            continue
        if known >= KEPT:
            return
        AuditFinding.objects.create(id=uuid7(), check_name=check.name, subject=finding.subject, **seen)
        known += 1


def _open(check: audits.Check) -> QuerySet[AuditFinding]:
    return AuditFinding.objects.filter(check_name=check.name, over_at__isnull=True)


def look_again(check: audits.Check, *, subject: str | None = None) -> None:
    """Look at the subjects of open findings (or at one of them): what is still wrong may stand now, the rest is over."""
    rows = list(_open(check).filter(Q(subject=subject) if subject else Q()))
    if rows:
        still = {finding.subject: finding for finding in check.look([row.subject for row in rows])}
        _judge(check, rows, still)


@command
def _judge(check: audits.Check, rows: list[AuditFinding], still: dict[str, Finding]) -> None:
    patience = timedelta(seconds=settings.MESSAGING["AUDIT_PATIENCE_SECONDS"])
    _keep(check, still.values())
    seen = _open(check).filter(subject__in=still, first_seen_at__lte=Now() - patience, stands_since__isnull=True)
    for row in seen:
        logger.error("audit %s: %s: %s", check.name, row.subject, row.detail)
    seen.update(stands_since=Now())
    gone = [row.pk for row in rows if row.subject not in still]
    AuditFinding.objects.filter(pk__in=gone, over_at__isnull=True).update(over_at=Now())


def repair_finding(*, finding_id: UUID, actor: str) -> bool:
    """Do what a finding's repair does, record who did it and how it ended, and look again; return whether the finding is over.

    What the repair set going may take a moment; the next looks tell. Raises NotFound.
    """
    row = AuditFinding.objects.filter(pk=finding_id).first()
    if row is None or not row.repair:
        raise NotFound(f"There is nothing to repair about finding {finding_id}.")
    found = audits.find_repair(row.repair)
    record = _record(row, actor)
    try:
        found.act(row.subject)
        error = ""
    except Exception as raised:
        logger.exception("repair %s of %s failed", row.repair, row.subject)
        error = f"{type(raised).__name__}: {raised}"
    _end(record, error)
    look_again(audits.find_check(row.check_name), subject=row.subject)
    return AuditFinding.objects.filter(pk=finding_id, over_at__isnull=False).exists()


@command
def _record(row: AuditFinding, actor: str) -> AuditRepair:
    return AuditRepair.objects.create(id=uuid7(), finding=row, repair=row.repair, actor=actor)


@command
def _end(record: AuditRepair, error: str) -> None:
    AuditRepair.objects.filter(pk=record.pk).update(ended_at=Now(), error=error[:1000])


def list_checks() -> list[AuditedCheck]:
    """Return how every check stands, by name; two queries."""
    passes = {row.check_name: row for row in AuditPass.objects.all()}
    counts = dict(_standing().values_list("check_name").annotate(number=Count("id")))
    return [_audited(check, passes.get(check.name), counts.get(check.name, 0)) for check in audits.checks()]


def _audited(check: audits.Check, row: AuditPass | None, findings: int) -> AuditedCheck:
    return AuditedCheck(
        name=check.name,
        holds=check.holds,
        finished_at=row.finished_at if row else None,
        subjects=row.finished_subjects if row else 0,
        findings=findings,
    )


def list_findings(*, limit: int) -> list[StandingFinding]:
    """Return the findings that stand, longest first; one query."""
    return [
        StandingFinding(
            id=row.pk,
            check=row.check_name,
            subject=row.subject,
            detail=row.detail,
            does=audits.find_repair(row.repair).does if row.repair else "",
            stands_since=row.stands_since,
        )
        for row in _standing().order_by("stands_since", "id")[:limit]
        if row.stands_since
    ]


def list_repairs(*, limit: int) -> list[PastRepair]:
    """Return what was done about findings, newest first; one query."""
    return [
        PastRepair(
            check=row.finding.check_name,
            subject=row.finding.subject,
            repair=row.repair,
            actor=row.actor,
            started_at=row.started_at,
            ended_at=row.ended_at,
            error=row.error,
        )
        for row in AuditRepair.objects.select_related("finding")[:limit]
    ]


def _standing() -> QuerySet[AuditFinding]:
    return AuditFinding.objects.filter(stands_since__isnull=False, over_at__isnull=True)
