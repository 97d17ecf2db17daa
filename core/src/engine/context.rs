//! What every command works with: the transaction, the policy in force, the clock of the entry, the
//! events; and the few moves on providers and jobs that more than one command makes.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::budget::Limits;
use super::key::{Key, Table};
use super::ledger::{self, Account, Posting, Reason};
use super::outcome::{Cause, Event, Status};
use super::rows::{Job, JobStatus, Network, Provider};
use super::speaker::Speaker;
use super::txn::Txn;
use super::{jobs, lanes, leases, requesters};
use crate::amount::{Atoms, Ratio, Units};
use crate::limits::{AMOUNT_MAX, NEVER_MS, SUPPLY_MAX};
use crate::market::Market;
use crate::matching::Status as ProviderStatus;
use crate::policy::Policy;
use crate::value::{Hash32, Kind, Text};
use crate::{Code, Error};

/// Why a command did not happen.
pub enum Stop {
    /// It is refused: its writes are forgotten, the entry counts.
    Refused(Status, String),
    /// The engine or the store is broken: nothing of the entry counts.
    Broken(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error.code {
            Code::Overflow => Self::Refused(Status::Overflow, error.into_parts().message),
            _ => Self::Broken(error),
        }
    }
}

/// What a command gives back.
pub type Step<T = ()> = Result<T, Stop>;

/// A refusal with its reason.
pub fn refuse<T>(status: Status, message: impl Into<String>) -> Step<T> {
    Err(Stop::Refused(status, message.into()))
}

/// Refuses an amount of a command above [`AMOUNT_MAX`].
pub fn bounded(name: &str, amount: Atoms) -> Step {
    if amount.0 > AMOUNT_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!("{name} {amount} is above the limit {AMOUNT_MAX}"),
        );
    }
    Ok(())
}

/// One entry under way.
pub struct Context<'a> {
    /// Reads and writes.
    pub txn: Txn<'a>,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// The market rules in force.
    pub market: Arc<Market>,
    /// What the engine accepts at most.
    pub limits: Limits,
    /// The network's row; written back at the end.
    pub network: Network,
    /// The entry's number.
    pub seq: u64,
    /// The entry's height.
    pub height: u64,
    /// The time that has passed: the entry's, or the last entry's where that is later.
    pub now_ms: u64,
    /// The entry's own time: a block's, where the entry is of a block.
    pub entry_ms: u64,
    /// Whether the entry is of a block that is not done yet, rather than of a batch.
    pub in_block: bool,
    /// On whose word the entry stands.
    pub speaker: Speaker,
    /// What happened so far.
    pub events: Vec<Event>,
    /// Postings so far.
    pub postings: u64,
}

impl Context<'_> {
    /// The epoch of a height.
    #[must_use]
    pub fn epoch_of(&self, height: u64) -> u64 {
        height.checked_div(self.network.epoch_length).unwrap_or(0)
    }

    /// The entry's epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch_of(self.height)
    }

    /// A moment after now; what would be later than ever is never.
    #[must_use]
    pub fn after_ms(&self, wait_ms: u64) -> u64 {
        self.now_ms.saturating_add(wait_ms).min(NEVER_MS)
    }

    /// Moves money in from the chain: a stake, a deposit or a fee. Refused where the ledger would hold more than
    /// [`SUPPLY_MAX`] in all.
    pub fn post_inflow(&mut self, to: Account, amount: Atoms, reason: Reason) -> Step {
        // What came in and has not left is what the mint is below 0.
        let held = ledger::balance(&self.txn, &Account::Mint)?.min(0).unsigned_abs();
        if held.saturating_add(amount.0) > SUPPLY_MAX {
            return refuse(
                Status::Overflow,
                alloc::format!("{amount} atoms on top of {held} are above the limit {SUPPLY_MAX} of all balances"),
            );
        }
        self.post(Account::Mint, to, amount, reason)
    }

    /// Moves money.
    pub fn post(&mut self, from: Account, to: Account, amount: Atoms, reason: Reason) -> Step {
        let posting = Posting {
            from,
            to,
            amount,
            reason,
        };
        Ok(ledger::post(&mut self.txn, self.seq, &mut self.postings, &posting)?)
    }

    /// A provider that must be there.
    pub fn provider(&self, id: &Text) -> Step<Provider> {
        match self.txn.get(Key::new(Table::Provider).text(id))? {
            Some(provider) => Ok(provider),
            None => refuse(Status::UnknownProvider, alloc::format!("no provider `{id}`")),
        }
    }

    /// Writes a provider back; the index follows its status.
    pub fn put_provider(&mut self, id: &Text, provider: &Provider, before: Option<ProviderStatus>) -> Step {
        if before != Some(provider.status) {
            let index = |status: ProviderStatus| Key::new(Table::ProviderByStatus).byte(status as u8).text(id);
            if let Some(before) = before {
                self.txn.delete(index(before));
            }
            self.txn.mark(index(provider.status));
            self.events.push(Event::ProviderStatus {
                provider_id: id.clone(),
                status: provider.status,
            });
        }
        Ok(self.txn.put(Key::new(Table::Provider).text(id), provider)?)
    }

    /// Changes a provider in place.
    pub fn update_provider<T>(&mut self, id: &Text, change: impl FnOnce(&mut Provider) -> T) -> Step<T> {
        let mut provider = self.provider(id)?;
        let before = provider.status;
        let result = change(&mut provider);
        self.put_provider(id, &provider, Some(before))?;
        Ok(result)
    }

    /// A job that must be there.
    pub fn job(&self, task_id: &Hash32) -> Step<Job> {
        match self.txn.get(Key::new(Table::Job).hash(task_id))? {
            Some(job) => Ok(job),
            None => refuse(Status::UnknownTask, alloc::format!("no job {task_id}")),
        }
    }

    /// Writes a job back. The indexes follow: by status, the queue, the next deadline.
    pub fn put_job(&mut self, task_id: &Hash32, job: &Job, before: Option<&Job>) -> Step {
        let by_status = |job: &Job| jobs::listed(Key::new(Table::JobByStatus).byte(job.status.byte()), job, task_id);
        let deadline = |job: &Job| Key::new(Table::Deadline).int(job.deadline_ms).hash(task_id);
        if before.is_none_or(|before| before.status != job.status) {
            if let Some(before) = before {
                self.txn.delete(by_status(before));
            }
            self.txn.mark(by_status(job));
        }
        if before.is_none_or(|before| before.deadline_ms != job.deadline_ms) {
            if let Some(before) = before {
                self.txn.delete(deadline(before));
            }
            self.txn.mark(deadline(job));
        }
        let prove_by = |job: &Job| {
            let result = job.result.as_ref().filter(|_| job.status == JobStatus::Completed);
            result.map(|result| Key::new(Table::ProveBy).int(result.prove_by).hash(task_id))
        };
        let (was_due, is_due) = (before.and_then(prove_by), prove_by(job));
        match (was_due, is_due) {
            (None, Some(key)) => self.txn.mark(key),
            (Some(key), None) => self.txn.delete(key),
            _ => {}
        }
        if job.traps.is_some() && job.status != JobStatus::Completed && before.is_some_and(Job::is_completed) {
            self.txn.delete(Key::new(Table::TrapCounts).hash(task_id));
        }
        let epoch = self.epoch();
        requesters::follow(&mut self.txn, epoch, job, before)?;
        leases::follow(&mut self.txn, task_id, job, before)?;
        let waited = before.is_some_and(Job::waits);
        if waited != job.waits() {
            match before.filter(|_| waited) {
                Some(before) => self.txn.delete(lanes::place(task_id, before)),
                None => self.txn.mark(lanes::place(task_id, job)),
            }
        }
        Ok(self.txn.put(Key::new(Table::Job).hash(task_id), job)?)
    }

    /// Ends a job without pay: its fee goes back, a lease it holds is given up.
    pub fn end_job(&mut self, task_id: &Hash32, job: Job, status: JobStatus, cause: Cause) -> Step {
        self.end_job_charged(task_id, job, status, cause, Atoms::ZERO)
    }

    /// [`Context::end_job`], and a part of the fee does not go back: it was posted elsewhere.
    pub fn end_job_charged(
        &mut self,
        task_id: &Hash32,
        mut job: Job,
        status: JobStatus,
        cause: Cause,
        charge: Atoms,
    ) -> Step {
        let before = job.clone();
        if before.status == JobStatus::Assigned {
            self.release_lease(&job, Units(0))?;
        }
        let back_to = if job.prepaid {
            Account::Deposit(job.requester.clone())
        } else {
            Account::Mint
        };
        self.post(
            Account::Escrow(job.requester.clone()),
            back_to,
            job.fee.minus_or_zero(charge),
            Reason::FeeRefund,
        )?;
        job.status = status;
        job.deadline_ms = self.after_ms(self.policy.queue.tombstone_ms);
        self.put_job(task_id, &job, Some(&before))?;
        self.events.push(Event::JobEnded {
            task_id: *task_id,
            status,
            cause,
        });
        Ok(())
    }

    /// The provider of a job's lease has one lease less. Its quota of the epoch is charged for the units of work that were
    /// done; the rest of what the lease counted is free again.
    pub fn release_lease(&mut self, job: &Job, done: Units) -> Step {
        let Some(lease) = &job.lease else {
            return Ok(());
        };
        self.update_provider(&lease.provider_id, |provider| {
            let active = provider.active_leases.get_mut(job.kind);
            *active = active.saturating_sub(1);
            if provider.units_epoch == lease.epoch {
                let used = provider.units_used.get_mut(job.kind);
                *used = Units(used.0.saturating_sub(job.units.0.saturating_sub(done.0)));
            }
        })
    }
}

impl Job {
    /// Whether the job stands in the queue now: it waits, and no backoff holds it.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self.status, JobStatus::Queued) && self.ready_ms == 0
    }
}

impl Job {
    /// Whether there is a result and no proof yet.
    #[must_use]
    pub const fn is_completed(&self) -> bool {
        matches!(self.status, JobStatus::Completed)
    }

    /// The provider, while it holds the job.
    #[must_use]
    pub fn holder(&self) -> Option<&Text> {
        match self.status {
            JobStatus::Assigned => self.lease.as_ref().map(|lease| &lease.provider_id),
            _ => None,
        }
    }
}

impl Provider {
    /// A failed attempt costs a quarter of the health.
    pub fn lose_health(&mut self) {
        let ppm = u64::from(self.health_ppm.ppm());
        self.health_ppm = Ratio::clamped(ppm.saturating_sub(ppm >> 2));
    }

    /// A completion or a heartbeat brings an eighth of the way back.
    pub fn regain_health(&mut self) {
        let ppm = u64::from(self.health_ppm.ppm());
        let missing = u64::from(Ratio::ONE.ppm()).saturating_sub(ppm);
        self.health_ppm = Ratio::clamped(ppm.saturating_add(missing.div_ceil(8)));
    }

    /// Units given in an epoch; a new epoch begins at nothing.
    #[must_use]
    pub fn units_in(&self, epoch: u64, kind: Kind) -> Units {
        if self.units_epoch == epoch {
            *self.units_used.get(kind)
        } else {
            Units(0)
        }
    }

    /// Counts units given in an epoch.
    pub fn use_units(&mut self, epoch: u64, kind: Kind, units: Units) {
        if self.units_epoch != epoch {
            self.units_epoch = epoch;
            self.units_used.ai = Units(0);
            self.units_used.quantum = Units(0);
        }
        let used = self.units_used.get_mut(kind);
        *used = Units(used.0.saturating_add(units.0));
    }
}
