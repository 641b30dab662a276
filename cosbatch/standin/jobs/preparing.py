"""Preparing a job: check what it may do, find and pin its manifest, and count its rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.job_rows import Job, job_in_state, set_state, update
from cosbatch.standin.jobs.manifests import BadManifest, Source, find_source, read_source, rows
from cosbatch.standin.jobs.reports import bucket_of, is_wanted
from cosbatch.standin.store.database import Transaction

COUNTED_AT_ONCE = 20_000


class Preparation:
    """One job in Preparing. A kill loses only the count."""

    def __init__(self, service: Service, job: Job) -> None:
        self._service = service
        self._number = job.number
        self._count = 0
        source = read_source(job.source) if job.source else self._pinned(job)
        self._rows = rows(service.database.contents, source)

    def _pinned(self, job: Job) -> Source:
        """Whatever happens to the manifest from here on, the job keeps the content that it has."""
        self._check_rights(job)
        database = self._service.database
        with database.writing() as transaction:
            source = find_source(transaction.connection, database.contents, self._service.account, job)
            for content in filter(None, source.contents):
                transaction.execute("INSERT OR IGNORE INTO pins VALUES (?, ?)", (job.number, content))
            update(transaction, job, source=source.to_json())
        return source

    def _check_rights(self, job: Job) -> None:
        account = self._service.account
        if not str(job.document["RoleArn"]).startswith(f"qcs::cam::uin/{account.uin}:"):
            raise BadManifest("AccessDenied", "The role in RoleArn belongs to another account")
        if is_wanted(job) and not account.owns_bucket(bucket_of(job).bucket):
            raise BadManifest("AccessDenied", "The bucket of the report belongs to another account")

    def step(self) -> None:
        """Count some rows, or leave Preparing behind when all are counted."""
        counted = sum(1 for _ in islice(self._rows, COUNTED_AT_ONCE))
        self._count += counted
        if counted:
            return
        if not self._count:
            raise BadManifest("InvalidManifest", "The manifest has no rows")
        with self._service.database.writing() as transaction:
            job = job_in_state(transaction.connection, self._number, "Preparing")
            if job:
                self._leave(transaction, job)

    def _leave(self, transaction: Transaction, job: Job) -> None:
        now = self._service.clock.now()
        update(transaction, job, total=self._count)
        if job.document.get("ConfirmationRequired"):
            update(transaction, job, suspended=now)
            set_state(transaction, job, "Suspended", now)
            job = replace(job, state="Suspended")
        if not job.awaits_confirmation:
            set_state(transaction, job, "Ready", now)

    def close(self) -> None:
        """Leave the job for later."""
        self._rows.close()
