//! Reads about jobs: one, and lists by what people look for, the newest first.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::super::key::{Key, Table, trailing_hash};
use super::super::rows::{Job, JobStatus};
use super::{Page, Reader, absent};
use crate::Result;
use crate::value::{Hash32, Kind, Text};

/// A job with its id.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct JobView {
    task_id: Hash32,
    #[serde(flatten)]
    job: Job,
}

/// What a list is of: every condition that is given holds.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct JobFilter {
    status: Option<JobStatus>,
    kind: Option<Kind>,
    requester: Option<Text>,
    /// Who has it, or had it last.
    provider_id: Option<Text>,
    region: Option<Text>,
    /// A kind, or a model.
    capability: Option<Text>,
    /// Enqueued at this moment or later.
    since_ms: Option<u64>,
    /// Enqueued at this moment or before.
    until_ms: Option<u64>,
    after: Option<String>,
    limit: Option<u64>,
}

impl JobFilter {
    /// The shortest list that has them all.
    fn list(&self) -> Key {
        match (&self.provider_id, &self.requester, &self.status) {
            (Some(provider), ..) => Key::new(Table::JobByProvider).text(provider),
            (None, Some(requester), _) => Key::new(Table::JobByRequester).text(requester),
            (None, None, Some(status)) => Key::new(Table::JobByStatus).byte(status.byte()),
            (None, None, None) => Key::new(Table::JobByTime),
        }
    }

    /// Whether the list has nothing else: then its length is the answer's.
    fn is_list(&self) -> bool {
        let named = [
            self.provider_id.is_some(),
            self.requester.is_some(),
            self.status.is_some(),
        ];
        named.into_iter().filter(|is| *is).count() <= 1
            && self.kind.is_none()
            && self.region.is_none()
            && self.capability.is_none()
            && self.since_ms.is_none()
            && self.until_ms.is_none()
    }

    fn takes(&self, job: &Job) -> bool {
        let is = |wanted: &Option<Text>, found: Option<&Text>| wanted.is_none() || wanted.as_ref() == found;
        self.status.is_none_or(|status| status == job.status)
            && self.kind.is_none_or(|kind| kind == job.kind)
            && is(&self.requester, Some(&job.requester))
            && is(&self.region, job.region.as_ref())
            && self
                .capability
                .as_ref()
                .is_none_or(|wanted| wanted.as_str() == job.kind.as_str() || job.model.as_ref() == Some(wanted))
    }
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct JobInput {
    task_id: Hash32,
}

impl Reader<'_> {
    pub(super) fn job(&self, input: JobInput) -> Result<JobView> {
        match self.job_view(input.task_id)? {
            Some(view) => Ok(view),
            None => absent("input.task_id", alloc::format!("no job {}", input.task_id)),
        }
    }

    fn job_view(&self, task_id: Hash32) -> Result<Option<JobView>> {
        let row: Option<Job> = self.txn.get(Key::new(Table::Job).hash(&task_id))?;
        Ok(row.map(|job| JobView { task_id, job }))
    }

    pub(super) fn jobs(&self, filter: JobFilter) -> Result<Page<JobView>> {
        let list = filter.list();
        let start = filter
            .until_ms
            .map_or_else(|| list.clone(), |ms| list.clone().newest_first(ms));
        let end = filter
            .since_ms
            .map_or_else(|| list.clone(), |ms| list.clone().newest_first(ms));
        let within = (start.bytes(), end.end());
        let mut page = self.page_within(&list, within, filter.after.as_ref(), filter.limit, |key, _| {
            let view = trailing_hash(key).map_or(Ok(None), |task_id| self.job_view(task_id))?;
            Ok(view.filter(|view| filter.takes(&view.job)))
        })?;
        if filter.is_list() {
            page.total = self.txn.count(&list.bytes())?;
        }
        Ok(page)
    }
}
