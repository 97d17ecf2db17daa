//! Reads for hosts: what the command line, RPC and bindings show. One door like the catalogue's: a
//! name, a JSON object in, a JSON object out; lists come in pages with a cursor, found by index.

mod claims;
mod jobs;
mod market;
mod money;
mod providers;

pub use claims::settled_claim;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::explain;
use super::key::{Key, Table};
use super::rows::{BatchRules, Head, Network};
use super::settle::BatchRow;
use super::store::Store;
use super::txn::Txn;
use crate::amount::Atoms;
use crate::catalogue::{Door, Json};
use crate::codec::{hex, json};
use crate::limits::{JSON_DEPTH_MAX, PAGE_ROWS_MAX};
use crate::network::NetworkHeader;
use crate::policy::Policy;
use crate::receipt::PayoutRecord;
use crate::value::{Hash32, Text};
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

macro_rules! queries {
    ($($name:literal => $method:ident: $input:ty => $output:ty;)*) => {
        /// [`query`] through a door.
        ///
        /// # Errors
        /// As [`query`].
        pub fn through<D: Door>(door: &D, store: &dyn Store, name: &str) -> Result<D::Out> {
            let reader = Reader { txn: Txn::new(store) };
            match name {
                $($name => {
                    let output: $output = reader.$method(door.input()?)?;
                    door.write(&output)
                })*
                _ => Err(Error::at(Code::UnknownFunction, "fn", alloc::format!("no query `{name}`"))),
            }
        }

        /// The names [`query`] knows.
        pub const QUERIES: &[&str] = &[$($name),*];

        /// What goes in and comes out of each query.
        #[cfg(feature = "schema")]
        pub fn describe(
            inputs: &mut schemars::SchemaGenerator,
            outputs: &mut schemars::SchemaGenerator,
        ) -> Vec<crate::schema::Described> {
            alloc::vec![$(crate::schema::Described {
                function: $name,
                input: <$input as schemars::JsonSchema>::json_schema(inputs),
                output: outputs.subschema_for::<$output>(),
            }),*]
        }
    };
}

queries! {
    "head" => head: Nothing => HeadView;
    "provider.get" => provider: providers::ProviderInput => providers::ProviderView;
    "provider.list" => providers: providers::ProviderFilter => Page<providers::ProviderView>;
    "job.get" => job: jobs::JobInput => jobs::JobView;
    "job.list" => jobs: jobs::JobFilter => Page<jobs::JobView>;
    "epoch.get" => epoch: EpochInput => EpochView;
    "epoch.list" => epochs: After => Page<EpochView>;
    "payouts" => payouts: PayoutsInput => Page<PayoutsView>;
    "claims" => claims: claims::ClaimsInput => Page<crate::settlement::Claim>;
    "accounts" => accounts: After => Page<money::AccountsView>;
    "postings" => postings: After => Page<money::PostingsView>;
    "slashes" => slashes: After => Page<money::SlashesView>;
    "policy" => policy: PolicyQuery => PolicyView;
    "digest" => digest: Nothing => DigestView;
    "explain.job" => explain_job: ExplainJobInput => explain::JobExplained;
    "explain.payout" => explain_payout: ExplainPayoutInput => explain::PayoutExplained;
    "explain.slash" => explain_slash: ExplainSlashInput => explain::SlashExplained;
    "market" => market: market::MarketQuery => market::MarketView;
    "schedule" => schedule: Nothing => market::ScheduleView;
    "requester.get" => requester: market::RequesterInput => market::RequesterView;
    "requester.list" => requesters: After => Page<market::RequesterView>;
    "fairness" => fairness: market::FairnessInput => market::Fairness;
    "withdrawals" => withdrawals: market::WithdrawalsInput => Page<market::WithdrawalsView>;
    "statement" => statement: market::StatementInput => Page<market::StatementView>;
    "provider.key" => provider_key: market::ProviderKeyInput => market::ProviderKeyView;
    "signer" => signer: market::SignerInput => market::SignerView;
    "chain" => chain: Nothing => market::ChainView;
    "balance" => balance: money::BalanceInput => money::Balances;
    "network" => document: Nothing => NetworkView;
}

struct Reader<'a> {
    txn: Txn<'a>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Nothing {}

/// A page of a list. `next` is the cursor to ask for what follows; null at the end.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
    /// Rows of the whole list, where the host keeps count of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// What an account can be.
const ACCOUNTS: &str = "an account is mint, fund, treasury, burned, receivable, or escrow, deposit, available, stake, \
                        unbonding, debt, miner, leaving with `:ID`";

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

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct HeadView {
    seq: u64,
    height: u64,
    time_ms: u64,
    state_root: Hash32,
    chain_id: u64,
    network_id: Hash32,
    name: Text,
    class: super::NetworkName,
    epoch: u64,
    epoch_length: u64,
    finality_k: u64,
    next_epoch: u64,
    policy_hash: Hash32,
    market_hash: Hash32,
    carry: Atoms,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct NetworkView {
    /// The hash of the header, which signed messages name.
    network_id: Hash32,
    /// The resolved network document that the journal began with.
    header: NetworkHeader,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ExplainJobInput {
    task_id: Hash32,
    providers: Option<bool>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ExplainPayoutInput {
    epoch: u64,
    claim_key: Hash32,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ExplainSlashInput {
    epoch: u64,
    provider_id: Text,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct EpochInput {
    epoch: u64,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PayoutsInput {
    payee: Option<Text>,
    epoch: Option<u64>,
    after: Option<String>,
    limit: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PayoutsView {
    epoch: u64,
    line: PayoutRecord,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PolicyQuery {
    hash: Option<Hash32>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PolicyView {
    policy_hash: Hash32,
    policy: Policy,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct DigestView {
    state_digest: Hash32,
}

impl Reader<'_> {
    /// A page of keys under a prefix, each turned into an item or passed over.
    fn page<T>(
        &self,
        prefix: &Key,
        after: Option<&String>,
        limit: Option<u64>,
        item: impl FnMut(&[u8], &[u8]) -> Result<Option<T>>,
    ) -> Result<Page<T>> {
        let mut page = self.page_within(prefix, (prefix.clone().bytes(), prefix.end()), after, limit, item)?;
        page.total = self.txn.count(&prefix.clone().bytes())?;
        Ok(page)
    }

    /// [`Reader::page`] of a part of what is under the prefix. A page looks at so many rows and no more: where few of
    /// them are items it is short, and says where to go on.
    fn page_within<T>(
        &self,
        prefix: &Key,
        (start, end): (Vec<u8>, Vec<u8>),
        after: Option<&String>,
        limit: Option<u64>,
        mut item: impl FnMut(&[u8], &[u8]) -> Result<Option<T>>,
    ) -> Result<Page<T>> {
        let limit = limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(100)
            .clamp(1, PAGE_ROWS_MAX);
        let mut from = cursor(after, prefix)?.max(start);
        let mut items = Vec::new();
        let mut seen = 0_usize;
        loop {
            let wanted = limit.saturating_sub(items.len()).saturating_add(1);
            let pairs = self.txn.scan(&from, &end, wanted)?;
            let more = pairs.len() == wanted;
            let taken = if more { wanted.saturating_sub(1) } else { pairs.len() };
            for (key, value) in pairs.into_iter().take(taken) {
                items.extend(item(&key, &value)?);
                seen = seen.saturating_add(1);
                from = key;
            }
            if !more {
                return Ok(Page {
                    items,
                    next: None,
                    total: None,
                });
            }
            if items.len() >= limit || seen >= PAGE_ROWS_MAX {
                let next = Some(hex::text(&from));
                return Ok(Page {
                    items,
                    next,
                    total: None,
                });
            }
            from.push(0);
        }
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

    fn head(&self, _: Nothing) -> Result<HeadView> {
        let (head, network) = self.network()?;
        let (policy_hash, policy) = self.active_policy()?;
        Ok(HeadView {
            seq: head.seq,
            height: head.height,
            time_ms: head.time_ms,
            state_root: head.state_root,
            chain_id: network.chain_id,
            network_id: network.network_id,
            name: network.name,
            class: network.class,
            epoch: head.height.checked_div(network.epoch_length).unwrap_or(0),
            epoch_length: network.epoch_length,
            finality_k: policy.epoch.finality_k,
            next_epoch: network.next_epoch,
            policy_hash,
            market_hash: network.market_hash,
            carry: network.carry,
        })
    }

    fn document(&self, _: Nothing) -> Result<NetworkView> {
        let (_, network) = self.network()?;
        let header = self.txn.get(Key::new(Table::NetworkDocument))?;
        Ok(NetworkView {
            network_id: network.network_id,
            header: header.ok_or_else(|| Error::invariant("a journal without its network document"))?,
        })
    }

    fn explain_job(&self, input: ExplainJobInput) -> Result<explain::JobExplained> {
        let (head, network) = self.network()?;
        let policy = self.archived(&network.policy_hash)?;
        let each = input.providers.unwrap_or(false);
        let explained = explain::job(&self.txn, (&head, &network), &policy, &input.task_id, each)?;
        Ok(explained)
    }

    fn explain_payout(&self, input: ExplainPayoutInput) -> Result<explain::PayoutExplained> {
        let explained = explain::payout(&self.txn, |hash| self.archived(hash), input.epoch, &input.claim_key)?;
        Ok(explained)
    }

    fn explain_slash(&self, input: ExplainSlashInput) -> Result<explain::SlashExplained> {
        let explained = explain::slash(&self.txn, |hash| self.archived(hash), input.epoch, &input.provider_id)?;
        Ok(explained)
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

    fn epoch(&self, input: EpochInput) -> Result<EpochView> {
        match self.epoch_view(input.epoch)? {
            Some(view) => Ok(view),
            None => absent("input.epoch", alloc::format!("epoch {} is not settled", input.epoch)),
        }
    }

    fn epochs(&self, input: After) -> Result<Page<EpochView>> {
        let page = self.page(
            &Key::new(Table::Batch),
            input.after.as_ref(),
            input.limit,
            |key, _| match key.last_chunk::<8>() {
                Some(epoch) => self.epoch_view(u64::from_be_bytes(*epoch)),
                None => Ok(None),
            },
        )?;
        Ok(page)
    }

    fn payouts(&self, input: PayoutsInput) -> Result<Page<PayoutsView>> {
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
            Ok(self.txn.get(line)?.map(|line| PayoutsView { epoch, line }))
        })?;
        Ok(page)
    }

    fn policy(&self, input: PolicyQuery) -> Result<PolicyView> {
        let (policy_hash, policy) = match input.hash {
            Some(hash) => (hash, self.archived(&hash)?),
            None => self.active_policy()?,
        };
        Ok(PolicyView { policy_hash, policy })
    }

    fn digest(&self, _: Nothing) -> Result<DigestView> {
        let state_digest = super::digest::full(|start, end, limit| self.txn.scan(start, end, limit))?;
        Ok(DigestView { state_digest })
    }
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct After {
    after: Option<String>,
    limit: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct EpochView {
    #[serde(flatten)]
    batch: BatchRow,
    rules: Option<BatchRules>,
    state_digest: Hash32,
}
