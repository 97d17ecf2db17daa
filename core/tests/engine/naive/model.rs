//! The model: lists of jobs and providers, and sums over them.

use aicf_core::engine::{Event, Status};
use aicf_core::hash::tags;
use aicf_core::value::Hash32;

use super::provider::Provider;
use super::{Act, Say};

const EPOCH_BLOCKS: u64 = 10;
const FINALITY: u64 = 2;
const UNBONDING_EPOCHS: u64 = 2;
pub const MODEL: &str = "m";
const UNITS_PER_EPOCH: u64 = 1_000_000;
const ATTEMPTS: u32 = 2;
pub const ACK_MS: u64 = 5_000;
pub const LEASE_MS: u64 = 600_000;
const RENEW_FROM_MS: u64 = 360_000;
const RENEW_ADD_MS: u64 = 300_000;
const RENEWALS: u32 = 6;
const RETRY_MS: u64 = 5_000;
const JOB_MS: u64 = 3_600_000;
const PER_UNIT: u128 = 10;
const PROOF_BLOCKS: u64 = 1_000;

#[derive(Clone, Debug)]
pub struct Lease {
    pub provider: &'static str,
    pub attempt: u32,
    pub ack_by: u64,
    pub expires: u64,
    pub acked: bool,
    pub renewals: u32,
}

#[derive(Clone, Debug)]
pub enum State {
    /// In the queue from then on.
    Queued(u64),
    Assigned(Lease),
    /// By whom, with how many units, and in which block.
    Completed(&'static str, u64, u64),
    /// The same, and the miner and the epoch.
    Claimed(&'static str, u64, &'static str, u64),
    Settled,
    Ended(&'static str),
}

#[derive(Clone, Debug)]
pub struct Job {
    pub id: Hash32,
    requester: &'static str,
    fee: u128,
    units: u64,
    pub model: Option<&'static str>,
    since: u64,
    pub attempts: u32,
    pub avoids: Vec<&'static str>,
    rated: bool,
    pub state: State,
}

impl Job {
    pub fn status(&self) -> &'static str {
        match &self.state {
            State::Queued(_) => "queued",
            State::Assigned(_) => "assigned",
            State::Completed(..) => "completed",
            State::Claimed(..) => "claimed",
            State::Settled => "settled",
            State::Ended(how) => how,
        }
    }

    fn over(&self) -> bool {
        matches!(self.state, State::Settled | State::Ended(_))
    }

    pub fn ready(&self, now: u64) -> bool {
        matches!(self.state, State::Queued(from) if from <= now)
    }

    /// SPEC §3 with the default weights, of a job without a payload in the free tier.
    pub fn rank(&self) -> i128 {
        let fee = i128::try_from(self.fee).unwrap();
        let nf = 1_000_000 * fee / (fee + 50_000);
        (550_000 * nf + 100_000 * 1_000_000) * 3_600_000 - 250_000 * 1_000_000 * i128::from(self.since)
    }

    fn rate(&mut self, requester: &str) -> Judged {
        let delivered = matches!(self.state, State::Completed(..) | State::Claimed(..));
        match () {
            () if self.requester != requester => Err(Status::NotOwner),
            () if self.over() => Err(Status::TaskEnded),
            () if !delivered => Err(Status::WrongState),
            () if self.fee == 0 => Err(Status::FeeTooLow),
            () if self.rated => Err(Status::AlreadyRated),
            () => {
                self.rated = true;
                Ok(())
            }
        }
    }

    fn failed(&mut self, now: u64) {
        // Another result is another one to rate.
        self.rated = false;
        self.attempts += 1;
        if self.attempts >= ATTEMPTS {
            self.state = State::Ended("failed");
            return;
        }
        // SPEC §5, with the attempt that has just failed.
        let attempt = self.attempts - 1;
        let jitter = tags::retry(&self.id, &attempt).unwrap();
        let jitter = u64::from_be_bytes(jitter.0[..8].try_into().unwrap()) % 200_001;
        let delay = i128::from(RETRY_MS * 2_u64.pow(attempt));
        let delay = delay + (delay * (i128::from(jitter) - 100_000)).div_euclid(1_000_000);
        self.state = State::Queued(now + u64::try_from(delay).unwrap());
    }
}

/// Everything.
pub struct Model {
    pub jobs: Vec<Job>,
    pub providers: Vec<Provider>,
    pub next_epoch: u64,
    pub mint: i128,
    pub fund: i128,
    pub treasury: i128,
    miners: Vec<(&'static str, i128)>,
    claimed: Vec<Hash32>,
    nullifiers: Vec<u8>,
    pub now: u64,
    height: u64,
}

type Judged = Result<(), Status>;

fn signed(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

impl Model {
    pub fn new(now: u64) -> Self {
        Self {
            jobs: Vec::new(),
            providers: Vec::new(),
            next_epoch: 0,
            mint: 0,
            fund: 0,
            treasury: 0,
            miners: Vec::new(),
            claimed: Vec::new(),
            nullifiers: Vec::new(),
            now,
            height: 0,
        }
    }

    fn provider(&mut self, id: &str) -> Result<&mut Provider, Status> {
        let found = self.providers.iter_mut().find(|provider| provider.id == id);
        found.ok_or(Status::UnknownProvider)
    }

    pub fn job(&mut self, id: &Hash32) -> Result<&mut Job, Status> {
        let found = self.jobs.iter_mut().find(|job| job.id == *id);
        found.ok_or(Status::UnknownTask)
    }

    pub fn holder(&self, id: &Hash32) -> Option<(&'static str, u32)> {
        self.jobs.iter().find_map(|job| match &job.state {
            State::Assigned(lease) if job.id == *id => Some((lease.provider, lease.attempt)),
            _ => None,
        })
    }

    pub fn staked(&self, id: &str) -> i128 {
        let own = self.providers.iter().filter(|provider| provider.id == id);
        own.map(|provider| signed(provider.stake)).sum()
    }

    pub fn unbonding(&self, id: &str) -> i128 {
        let own = self.providers.iter().filter(|provider| provider.id == id);
        own.flat_map(|provider| &provider.leaving)
            .map(|(amount, _)| signed(*amount))
            .sum()
    }

    pub fn available(&self, id: &str) -> i128 {
        let own = self.providers.iter().filter(|provider| provider.id == id);
        own.map(|provider| provider.available).sum()
    }

    pub fn miner(&self, id: &str) -> i128 {
        self.miners
            .iter()
            .filter(|(miner, _)| *miner == id)
            .map(|(_, sum)| sum)
            .sum()
    }

    /// Fees of jobs that are neither paid nor given back.
    pub fn escrow(&self, requester: &str) -> i128 {
        let own = self.jobs.iter().filter(|job| job.requester == requester && !job.over());
        own.map(|job| signed(job.fee)).sum()
    }

    /// What an act comes to. Of a dispatch the model is told who got what, and judges that.
    pub fn apply(&mut self, height: u64, now: u64, act: &Act, events: &[Event]) -> Status {
        (self.height, self.now) = (height, now);
        self.pass_time();
        let before = self.escrowed();
        let judged = self.act(act, events);
        // What left escrow without having been earned went back.
        if !matches!(act, Act::Settle(_) | Act::Enqueue { .. }) {
            self.mint += before - self.escrowed();
        }
        judged.err().unwrap_or(Status::Ok)
    }

    fn escrowed(&self) -> i128 {
        self.jobs
            .iter()
            .filter(|job| !job.over())
            .map(|job| signed(job.fee))
            .sum()
    }

    fn pass_time(&mut self) {
        let (now, height, before) = (self.now, self.height, self.escrowed());
        for job in &mut self.jobs {
            let waiting = matches!(job.state, State::Queued(_) | State::Assigned(_));
            if waiting && now >= job.since + JOB_MS {
                job.state = State::Ended("expired");
            }
            if matches!(job.state, State::Completed(_, _, at) if height > at + PROOF_BLOCKS) {
                job.state = State::Ended("expired");
            }
            let lost = match &job.state {
                State::Assigned(lease) if now >= lease.expires || (!lease.acked && now >= lease.ack_by) => {
                    Some(lease.provider)
                }
                _ => None,
            };
            if let Some(id) = lost {
                job.failed(now);
                self.providers
                    .iter_mut()
                    .filter(|known| known.id == id)
                    .for_each(Provider::stumbles);
            }
        }
        self.mint += before - self.escrowed();
    }

    fn act(&mut self, act: &Act, events: &[Event]) -> Judged {
        match act {
            Act::Tick => Ok(()),
            Act::Register(id, most) => match self.provider(id) {
                Ok(provider) if provider.retired => Err(Status::ProviderRetired),
                Ok(provider) => {
                    provider.most = *most;
                    Ok(())
                }
                Err(_) => {
                    let heard = self.height;
                    self.providers.push(Provider {
                        id,
                        stake: 0,
                        health: 1_000_000,
                        heard,
                        available: 0,
                        leaving: Vec::new(),
                        was_active: false,
                        retired: false,
                        most: *most,
                    });
                    Ok(())
                }
            },
            Act::Heartbeat(id) => {
                let height = self.height;
                let provider = self.provider(id)?;
                if provider.retired {
                    return Err(Status::ProviderRetired);
                }
                if height > provider.heard {
                    provider.recovers();
                    provider.heard = height;
                }
                Ok(())
            }
            Act::Stake(id, amount) => {
                let provider = self.provider(id)?;
                if provider.retired {
                    return Err(Status::ProviderRetired);
                }
                if *amount == 0 {
                    return Err(Status::OutOfRange);
                }
                provider.stake += amount;
                provider.was_active |= provider.active();
                self.mint -= signed(*amount);
                Ok(())
            }
            Act::Unstake(id, amount) => {
                let leaves = self.height / EPOCH_BLOCKS + UNBONDING_EPOCHS;
                let provider = self.provider(id)?;
                if *amount == 0 {
                    return Err(Status::OutOfRange);
                }
                if *amount > provider.stake {
                    return Err(Status::InsufficientStake);
                }
                provider.stake -= amount;
                provider.leaving.push((*amount, leaves));
                if !provider.active() {
                    self.take_away(id);
                }
                Ok(())
            }
            Act::Withdraw(id, amount) => {
                let provider = self.provider(id)?;
                if *amount == 0 {
                    return Err(Status::OutOfRange);
                }
                if signed(*amount) > provider.available {
                    return Err(Status::InsufficientBalance);
                }
                provider.available -= signed(*amount);
                self.mint += signed(*amount);
                Ok(())
            }
            Act::Retire(id) => {
                let leaves = self.height / EPOCH_BLOCKS + UNBONDING_EPOCHS;
                let provider = self.provider(id)?;
                if provider.retired {
                    return Err(Status::ProviderRetired);
                }
                provider.retired = true;
                let stake = std::mem::take(&mut provider.stake);
                provider.leaving.push((stake, leaves));
                self.take_away(id);
                Ok(())
            }
            Act::Enqueue {
                requester,
                fee,
                units,
                model,
                ..
            } => {
                if *units > UNITS_PER_EPOCH {
                    return Err(Status::TooLarge);
                }
                let id = events.iter().find_map(|event| match event {
                    Event::JobEnqueued { task_id, .. } => Some(*task_id),
                    _ => None,
                });
                self.jobs.push(Job {
                    id: id.expect("a job that is taken says so"),
                    requester,
                    fee: *fee,
                    units: *units,
                    model: *model,
                    since: self.now,
                    attempts: 0,
                    avoids: Vec::new(),
                    rated: false,
                    state: State::Queued(0),
                });
                self.mint -= signed(*fee);
                Ok(())
            }
            Act::Cancel(task, requester) => {
                let job = self.job(task)?;
                if job.requester != *requester {
                    return Err(Status::NotOwner);
                }
                match job.state {
                    State::Queued(_) | State::Assigned(_) => job.state = State::Ended("cancelled"),
                    _ if job.over() => return Err(Status::TaskEnded),
                    _ => return Err(Status::WrongState),
                }
                Ok(())
            }
            Act::Dispatch => {
                self.dispatch(events);
                Ok(())
            }
            Act::Lease(say, task, provider, attempt) => self.say(*say, task, provider, *attempt),
            Act::Proof {
                task,
                nullifier,
                miner,
                valid,
            } => self.prove(task, *nullifier, miner, *valid),
            Act::Settle(epoch) => self.settle(*epoch),
            Act::Rate(task, requester) => self.job(task)?.rate(requester),
            Act::Reveal(task) => {
                // No job here has traps.
                let over = self.job(task)?.over();
                Err(if over { Status::TaskEnded } else { Status::WrongState })
            }
        }
    }

    fn take_away(&mut self, id: &'static str) {
        for job in &mut self.jobs {
            if matches!(&job.state, State::Assigned(lease) if lease.provider == id) {
                job.state = State::Queued(0);
                job.avoids.push(id);
            }
        }
    }

    fn say(&mut self, say: Say, task: &Hash32, provider: &'static str, attempt: u32) -> Judged {
        let (now, height) = (self.now, self.height);
        let job = self.job(task)?;
        if job.over() {
            return Err(Status::TaskEnded);
        }
        let units = job.units;
        let State::Assigned(lease) = &mut job.state else {
            return Err(Status::WrongState);
        };
        if lease.provider != provider {
            return Err(Status::NotLessee);
        }
        if lease.attempt != attempt {
            return Err(Status::StaleAttempt);
        }
        match say {
            Say::Ack => lease.acked = true,
            Say::Renew => {
                if lease.renewals >= RENEWALS {
                    return Err(Status::NoRenewalsLeft);
                }
                if now < lease.expires - LEASE_MS + RENEW_FROM_MS {
                    return Err(Status::RenewTooEarly);
                }
                lease.renewals += 1;
                lease.acked = true;
                lease.expires += RENEW_ADD_MS;
            }
            Say::Decline => {
                job.avoids.push(provider);
                job.state = State::Queued(0);
            }
            Say::Fail => {
                job.failed(now);
                self.provider(provider)?.stumbles();
            }
            Say::Complete(done) if done > units => return Err(Status::TooManyUnits),
            Say::Complete(done) => {
                job.state = State::Completed(provider, done, height);
                self.provider(provider)?.recovers();
            }
        }
        Ok(())
    }

    fn prove(&mut self, task: &Hash32, nullifier: u8, miner: &'static str, valid: bool) -> Judged {
        if self.claimed.contains(task) {
            return Err(Status::TaskClaimed);
        }
        let epoch = (self.height / EPOCH_BLOCKS).max(self.next_epoch);
        let (now, used) = (self.now, self.nullifiers.contains(&nullifier));
        let job = self.job(task)?;
        if job.over() {
            return Err(Status::TaskEnded);
        }
        let State::Completed(provider, units, _) = job.state else {
            return Err(Status::WrongState);
        };
        if used {
            return Err(Status::NullifierUsed);
        }
        if !valid {
            job.failed(now);
            self.provider(provider)?.stumbles();
            return Ok(());
        }
        job.state = State::Claimed(provider, units, miner, epoch);
        self.claimed.push(*task);
        self.nullifiers.push(nullifier);
        Ok(())
    }

    fn settle(&mut self, epoch: u64) -> Judged {
        if epoch < self.next_epoch {
            return Err(Status::EpochSettled);
        }
        if epoch > self.next_epoch {
            return Err(Status::EpochOutOfOrder);
        }
        if self.height < epoch * EPOCH_BLOCKS + EPOCH_BLOCKS - 1 + FINALITY {
            return Err(Status::EpochNotFinal);
        }
        self.next_epoch += 1;
        let mut owed = 0;
        for job in &mut self.jobs {
            let State::Claimed(provider, units, miner, of) = job.state else {
                continue;
            };
            if of != epoch {
                continue;
            }
            let gross = PER_UNIT * u128::from(units);
            let (for_provider, for_miner) = (gross * 8_000 / 10_000, gross * 1_500 / 10_000);
            let treasury = gross - for_provider - for_miner;
            let provider = self
                .providers
                .iter_mut()
                .find(|known| known.id == provider)
                .expect("a provider");
            provider.available += signed(for_provider);
            self.miners.push((miner, signed(for_miner)));
            self.treasury += signed(treasury);
            self.fund += signed(job.fee);
            owed += signed(gross);
            job.state = State::Settled;
        }
        // What the fund lacks is minted; what fees brought beyond it stays.
        let lacks = (owed - self.fund).max(0);
        self.mint -= lacks;
        self.fund += lacks - owed;
        for provider in &mut self.providers {
            let mut left = 0;
            provider.leaving.retain(|(amount, with)| {
                if *with <= epoch {
                    left += signed(*amount);
                }
                *with > epoch
            });
            self.mint += left;
        }
        Ok(())
    }
}
