//! Reads for hosts: what the command line, RPC and bindings show. One door like the catalogue's: a
//! name, a JSON object in, a JSON object out; lists come in pages with a cursor, found by index.

mod market;
mod money;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::explain;
use super::key::{Key, Table, trailing_hash, trailing_text};
use super::ledger::{self, Account};
use super::rows::{BatchRules, Head, Job, JobStatus, Network, Provider};
use super::schedules::archived;
use super::settle::BatchRow;
use super::sla::Windows;
use super::store::Store;
use super::txn::Txn;
use crate::amount::Atoms;
use crate::catalogue::{Door, Json};
use crate::codec::{hex, json};
use crate::limits::{JSON_DEPTH_MAX, PAGE_ROWS_MAX};
use crate::market::Market;
use crate::matching::Status as ProviderStatus;
use crate::policy::{Band, Policy};
use crate::receipt::PayoutRecord;
use crate::value::{Hash32, Kind, Text};
use crate::{Code, Error, Result};

/// Answers a query.
///
/// # Errors
/// `unknown_function` at `fn`; the codes of the shape pass below `input`; `missing_field` at the id
/// when there is no such row.
pub fn query(store: &dyn Store, name: &str, input: &[u8]) -> Result<Vec<u8>> {
    let tree = json::parse(input, JSON_DEPTH_MAX).map_err(|error| error.rooted("input"))?;
    through(&Json(&tree), store, name)
}

/// [`query`] through a door.
///
/// # Errors
/// As [`query`].
pub fn through<D: Door>(door: &D, store: &dyn Store, name: &str) -> Result<D::Out> {
    let reader = Reader {
        txn: Txn::new(store),
        door,
    };
    match name {
        "head" => reader.head(),
        "provider.get" => reader.provider(),
        "provider.list" => reader.providers(),
        "job.get" => reader.job(),
        "job.list" => reader.jobs(),
        "epoch.get" => reader.epoch(),
        "epoch.list" => reader.epochs(),
        "payouts" => reader.payouts(),
        "accounts" => reader.accounts(),
        "postings" => reader.postings(),
        "slashes" => reader.slashes(),
        "policy" => reader.policy(),
        "digest" => reader.digest(),
        "explain.job" => reader.explain_job(),
        "explain.payout" => reader.explain_payout(),
        "explain.slash" => reader.explain_slash(),
        "market" => reader.market(),
        "schedule" => reader.schedule(),
        "requester.get" => reader.requester(),
        "requester.list" => reader.requesters(),
        "fairness" => reader.fairness(),
        "withdrawals" => reader.withdrawals(),
        "statement" => reader.statement(),
        "provider.key" => reader.provider_key(),
        "signer" => reader.signer(),
        "chain" => reader.chain(),
        _ => Err(Error::at(
            Code::UnknownFunction,
            "fn",
            alloc::format!("no query `{name}`"),
        )),
    }
}

/// The names [`query`] knows.
pub const QUERIES: &[&str] = &[
    "head",
    "provider.get",
    "provider.list",
    "job.get",
    "job.list",
    "epoch.get",
    "epoch.list",
    "payouts",
    "accounts",
    "postings",
    "slashes",
    "policy",
    "digest",
    "explain.job",
    "explain.payout",
    "explain.slash",
    "market",
    "schedule",
    "requester.get",
    "requester.list",
    "fairness",
    "withdrawals",
    "statement",
    "provider.key",
    "signer",
    "chain",
];

struct Reader<'a, D> {
    txn: Txn<'a>,
    door: &'a D,
}

#[derive(Deserialize)]
struct Nothing {}

/// A page of a list. `next` is the cursor to ask for what follows; null at the end.
#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

fn absent<T>(path: &str, message: String) -> Result<T> {
    Err(Error::at(Code::MissingField, path, message))
}

fn cursor(after: Option<&String>, prefix: &Key) -> Result<Vec<u8>> {
    let Some(text) = after else {
        return Ok(prefix.clone().bytes());
    };
    let mut start = hex::read(text)
        .filter(|key| key.starts_with(&prefix.clone().bytes()))
        .ok_or_else(|| Error::at(Code::BadEncoding, "input.after", "no cursor of this list"))?;
    start.push(0);
    Ok(start)
}

impl<D: Door> Reader<'_, D> {
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        self.door.input()
    }

    /// A page of keys under a prefix, each turned into an item.
    fn page<T>(
        &self,
        prefix: &Key,
        after: Option<&String>,
        limit: Option<u64>,
        item: impl Fn(&[u8], &[u8]) -> Result<Option<T>>,
    ) -> Result<Page<T>> {
        let limit = limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(100)
            .clamp(1, PAGE_ROWS_MAX);
        let pairs = self
            .txn
            .scan(&cursor(after, prefix)?, &prefix.end(), limit.saturating_add(1))?;
        let more = pairs.len() > limit;
        let mut items = Vec::new();
        let mut last = None;
        for (key, value) in pairs.into_iter().take(limit) {
            if let Some(made) = item(&key, &value)? {
                items.push(made);
            }
            last = Some(key);
        }
        let next = last.filter(|_| more).map(|key| hex::text(&key));
        Ok(Page { items, next })
    }

    fn network(&self) -> Result<(Head, Network)> {
        let (head, network) = (
            self.txn.get(Key::new(Table::Head))?,
            self.txn.get(Key::new(Table::Network))?,
        );
        match (head, network) {
            (Some(head), Some(network)) => Ok((head, network)),
            _ => absent("input", "the journal is empty: there is no genesis yet".to_string()),
        }
    }

    fn active_policy(&self) -> Result<(Hash32, Policy)> {
        let (_, network) = self.network()?;
        self.archived(&network.policy_hash)
            .map(|policy| (network.policy_hash, policy))
    }

    fn archived(&self, hash: &Hash32) -> Result<Policy> {
        match self.txn.get_raw(&Key::new(Table::Policy).hash(hash).bytes())? {
            Some(bytes) => Policy::parse(crate::codec::Format::Cbor, &bytes),
            None => absent("input.hash", alloc::format!("no policy {hash} in the archive")),
        }
    }

    fn head(&self) -> Result<D::Out> {
        #[derive(Serialize)]
        struct View {
            seq: u64,
            height: u64,
            time_ms: u64,
            state_root: Hash32,
            chain_id: u64,
            network: super::NetworkName,
            epoch: u64,
            epoch_length: u64,
            finality_k: u64,
            next_epoch: u64,
            policy_hash: Hash32,
            market_hash: Hash32,
            carry: Atoms,
        }
        let Nothing {} = self.read()?;
        let (head, network) = self.network()?;
        let (policy_hash, policy) = self.active_policy()?;
        self.door.write(&View {
            seq: head.seq,
            height: head.height,
            time_ms: head.time_ms,
            state_root: head.state_root,
            chain_id: network.chain_id,
            network: network.name,
            epoch: head.height.checked_div(network.epoch_length).unwrap_or(0),
            epoch_length: network.epoch_length,
            finality_k: policy.epoch.finality_k,
            next_epoch: network.next_epoch,
            policy_hash,
            market_hash: network.market_hash,
            carry: network.carry,
        })
    }

    /// What the views of providers depend on beside them.
    fn now(&self) -> Result<(u64, Policy, Market)> {
        let (head, network) = self.network()?;
        let policy = self.archived(&network.policy_hash)?;
        Ok((head.height, policy, archived(&self.txn, &network.market_hash)?))
    }

    fn provider_view(
        &self,
        (height, policy, market): &(u64, Policy, Market),
        id: &Text,
        row: Provider,
    ) -> Result<ProviderView> {
        let mut bands = Vec::new();
        for kind in &row.kinds {
            let windows: Option<Windows> = self.txn.get(Key::new(Table::Windows).text(id).byte(*kind as u8))?;
            let evaluation = windows
                .map(|windows| windows.evaluate(&policy.sla, *kind))
                .transpose()?;
            bands.push(BandView {
                kind: *kind,
                band: evaluation
                    .as_ref()
                    .map_or(policy.sla.provisional_band, |found| found.band),
                samples_used: evaluation.as_ref().map_or(0, |found| found.samples_used),
                metrics: evaluation.map(|found| found.metrics),
            });
        }
        let balance =
            |account: Account| ledger::balance(&self.txn, &account).map(|balance| Atoms(balance.unsigned_abs()));
        Ok(ProviderView {
            provider_id: id.clone(),
            available: balance(Account::Available(id.clone()))?,
            unbonding: balance(Account::Unbonding(id.clone()))?,
            debt: balance(Account::Debt(id.clone()))?,
            paid_total: self.txn.get(Key::new(Table::Paid).text(id))?.unwrap_or(Atoms::ZERO),
            sla: bands,
            effective_health_ppm: row.health_at(*height, &market.registry),
            provider: row,
        })
    }

    fn provider(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            provider_id: Text,
        }
        let input: Input = self.read()?;
        let now = self.now()?;
        match self.txn.get(Key::new(Table::Provider).text(&input.provider_id))? {
            Some(row) => self.door.write(&self.provider_view(&now, &input.provider_id, row)?),
            None => absent(
                "input.provider_id",
                alloc::format!("no provider `{}`", input.provider_id),
            ),
        }
    }

    fn providers(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            status: Option<ProviderStatus>,
            after: Option<String>,
            limit: Option<u64>,
        }
        let input: Input = self.read()?;
        let now = self.now()?;
        let (prefix, skip) = match input.status {
            Some(status) => (Key::new(Table::ProviderByStatus).byte(status as u8), 2),
            None => (Key::new(Table::Provider), 1),
        };
        let page = self.page(&prefix, input.after.as_ref(), input.limit, |key, _| {
            let Some(id) = trailing_text(key, skip).and_then(|id| Text::new(id).ok()) else {
                return Ok(None);
            };
            let row: Option<Provider> = self.txn.get(Key::new(Table::Provider).text(&id))?;
            row.map(|row| self.provider_view(&now, &id, row)).transpose()
        })?;
        self.door.write(&page)
    }

    fn job(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            task_id: Hash32,
        }
        let input: Input = self.read()?;
        match self.job_view(input.task_id)? {
            Some(view) => self.door.write(&view),
            None => absent("input.task_id", alloc::format!("no job {}", input.task_id)),
        }
    }

    fn job_view(&self, task_id: Hash32) -> Result<Option<JobView>> {
        let row: Option<Job> = self.txn.get(Key::new(Table::Job).hash(&task_id))?;
        Ok(row.map(|job| JobView { task_id, job }))
    }

    fn jobs(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            status: Option<JobStatus>,
            requester: Option<Text>,
            provider_id: Option<Text>,
            after: Option<String>,
            limit: Option<u64>,
        }
        let input: Input = self.read()?;
        let prefix = match (&input.status, &input.requester, &input.provider_id) {
            (None, None, None) => Key::new(Table::Job),
            (Some(status), None, None) => Key::new(Table::JobByStatus).byte(status.byte()),
            (None, Some(requester), None) => Key::new(Table::JobByRequester).text(requester),
            (None, None, Some(provider)) => Key::new(Table::JobByProvider).text(provider),
            _ => {
                return Err(Error::at(
                    Code::Conflict,
                    "input",
                    "a list of jobs is by status, by requester or by provider",
                ));
            }
        };
        let page = self.page(&prefix, input.after.as_ref(), input.limit, |key, _| {
            trailing_hash(key).map_or(Ok(None), |task_id| self.job_view(task_id))
        })?;
        self.door.write(&page)
    }

    fn explain_job(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            task_id: Hash32,
            providers: Option<bool>,
        }
        let input: Input = self.read()?;
        let (head, network) = self.network()?;
        let policy = self.archived(&network.policy_hash)?;
        let each = input.providers.unwrap_or(false);
        let explained = explain::job(&self.txn, (&head, &network), &policy, &input.task_id, each)?;
        self.door.write(&explained)
    }

    fn explain_payout(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            epoch: u64,
            claim_key: Hash32,
        }
        let input: Input = self.read()?;
        let explained = explain::payout(&self.txn, |hash| self.archived(hash), input.epoch, &input.claim_key)?;
        self.door.write(&explained)
    }

    fn explain_slash(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            epoch: u64,
            provider_id: Text,
        }
        let input: Input = self.read()?;
        let explained = explain::slash(&self.txn, |hash| self.archived(hash), input.epoch, &input.provider_id)?;
        self.door.write(&explained)
    }

    fn epoch_view(&self, epoch: u64) -> Result<Option<EpochView>> {
        let Some(batch) = self.txn.get(Key::new(Table::Batch).int(epoch))? else {
            return Ok(None);
        };
        Ok(Some(EpochView {
            batch,
            rules: self.txn.get(Key::new(Table::BatchRules).int(epoch))?,
            state_digest: self
                .txn
                .get(Key::new(Table::Digest).int(epoch))?
                .unwrap_or(Hash32::ZERO),
        }))
    }

    fn epoch(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            epoch: u64,
        }
        let input: Input = self.read()?;
        match self.epoch_view(input.epoch)? {
            Some(view) => self.door.write(&view),
            None => absent("input.epoch", alloc::format!("epoch {} is not settled", input.epoch)),
        }
    }

    fn epochs(&self) -> Result<D::Out> {
        let input: After = self.read()?;
        let page = self.page(
            &Key::new(Table::Batch),
            input.after.as_ref(),
            input.limit,
            |key, _| match key.last_chunk::<8>() {
                Some(epoch) => self.epoch_view(u64::from_be_bytes(*epoch)),
                None => Ok(None),
            },
        )?;
        self.door.write(&page)
    }

    fn payouts(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            payee: Option<Text>,
            epoch: Option<u64>,
            after: Option<String>,
            limit: Option<u64>,
        }
        #[derive(Serialize)]
        struct LineView {
            epoch: u64,
            line: PayoutRecord,
        }
        let input: Input = self.read()?;
        let prefix = match (&input.payee, input.epoch) {
            (Some(payee), Some(epoch)) => Key::new(Table::PayoutByPayee).text(payee).int(epoch),
            (Some(payee), None) => Key::new(Table::PayoutByPayee).text(payee),
            (None, Some(epoch)) => Key::new(Table::PayoutLine).int(epoch),
            (None, None) => Key::new(Table::PayoutLine),
        };
        let page = self.page(&prefix, input.after.as_ref(), input.limit, |key, _| {
            let Some((before, hash)) = key.split_last_chunk::<32>() else {
                return Ok(None);
            };
            let Some(epoch) = before.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes)) else {
                return Ok(None);
            };
            let line = Key::new(Table::PayoutLine).int(epoch).hash(&Hash32(*hash));
            Ok(self.txn.get(line)?.map(|line| LineView { epoch, line }))
        })?;
        self.door.write(&page)
    }

    fn policy(&self) -> Result<D::Out> {
        #[derive(Deserialize)]
        struct Input {
            hash: Option<Hash32>,
        }
        #[derive(Serialize)]
        struct View {
            policy_hash: Hash32,
            policy: Policy,
        }
        let input: Input = self.read()?;
        let (policy_hash, policy) = match input.hash {
            Some(hash) => (hash, self.archived(&hash)?),
            None => self.active_policy()?,
        };
        self.door.write(&View { policy_hash, policy })
    }

    fn digest(&self) -> Result<D::Out> {
        #[derive(Serialize)]
        struct View {
            state_digest: Hash32,
        }
        let Nothing {} = self.read()?;
        let state_digest = super::digest::full(|start, end, limit| self.txn.scan(start, end, limit))?;
        self.door.write(&View { state_digest })
    }
}

#[derive(Deserialize)]
struct After {
    after: Option<String>,
    limit: Option<u64>,
}

#[derive(Serialize)]
struct BandView {
    kind: Kind,
    band: Band,
    samples_used: u64,
    metrics: Option<crate::sla::Metrics>,
}

#[derive(Serialize)]
struct ProviderView {
    provider_id: Text,
    #[serde(flatten)]
    provider: Provider,
    available: Atoms,
    unbonding: Atoms,
    debt: Atoms,
    effective_health_ppm: crate::amount::Ratio,
    paid_total: Atoms,
    sla: Vec<BandView>,
}

#[derive(Serialize)]
struct JobView {
    task_id: Hash32,
    #[serde(flatten)]
    job: Job,
}

#[derive(Serialize)]
struct EpochView {
    #[serde(flatten)]
    batch: BatchRow,
    rules: Option<BatchRules>,
    state_digest: Hash32,
}
