//! What a dispatch may do, by the lists of the model.

use aicf_core::engine::Event;

use super::model::{ACK_MS, Job, LEASE_MS, Lease, MODEL, Model, State};

const MIN_HEALTH: u32 = 600_000;

impl Job {
    /// Whether anybody has the model it needs.
    fn served(&self) -> bool {
        self.model.is_none_or(|model| model == MODEL)
    }
}

impl Model {
    fn load(&self, id: &str) -> usize {
        let held = |job: &&Job| matches!(&job.state, State::Assigned(lease) if lease.provider == id);
        self.jobs.iter().filter(held).count()
    }

    /// Whether somebody has a place for the job.
    fn could_run(&self, job: &Job) -> bool {
        job.served()
            && self.providers.iter().any(|provider| {
                provider.active()
                    && provider.health >= MIN_HEALTH
                    && self.load(provider.id) < provider.places()
                    && !job.avoids.contains(&provider.id)
            })
    }

    pub(super) fn dispatch(&mut self, events: &[Event]) {
        let now = self.now;
        let mut worst_given: Option<i128> = None;
        for event in events {
            let Event::JobAssigned {
                task_id,
                provider_id,
                attempt,
                ..
            } = event
            else {
                continue;
            };
            let provider = self
                .providers
                .iter()
                .find(|provider| *provider.id == **provider_id)
                .expect("a provider");
            let id = provider.id;
            assert!(
                provider.active() && provider.health >= MIN_HEALTH && self.load(id) < provider.places(),
                "{id} has no place"
            );
            let job = self.job(task_id).expect("a job");
            assert!(
                job.ready(now) && job.served() && !job.avoids.contains(&id),
                "{id} may not have it"
            );
            assert_eq!(*attempt, job.attempts);
            let rank = job.rank();
            worst_given = Some(worst_given.map_or(rank, |worst| worst.min(rank)));
            job.state = State::Assigned(Lease {
                provider: id,
                attempt: *attempt,
                ack_by: now + ACK_MS,
                expires: now + LEASE_MS,
                acked: false,
                renewals: 0,
            });
        }
        for job in self.jobs.iter().filter(|job| job.ready(now)) {
            assert!(!self.could_run(job), "a place stays empty while {} waits", job.id);
            if job.avoids.is_empty() && job.served() {
                let passed = worst_given.is_some_and(|worst| worst < job.rank());
                assert!(!passed, "{} waits behind a job of lower rank", job.id);
            }
        }
    }
}
