//! What the ledger says after a run, as one document. Everything about money is read back through
//! queries, line by line, and added up here a second time: the checks compare both.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::ledger::{Ledger, list};
use super::record::{Counts, EpochMark, Record};

/// Money, as text in JSON: it has more digits than a double.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub i128);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Money {
    fn of(value: &Value) -> Result<Self> {
        let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        text.parse()
            .map(Self)
            .with_context(|| format!("an amount, not {value}"))
    }

    fn add(&mut self, more: Self) -> Result<()> {
        self.0 = self.0.checked_add(more.0).context("a sum of money")?;
        Ok(())
    }
}

/// What a provider did and got.
#[derive(Clone, Debug, Serialize)]
pub struct ProviderRow {
    /// Who.
    pub provider_id: String,
    /// Its status at the end.
    pub status: String,
    /// Its SLA band at the end.
    pub band: String,
    /// Jobs that became claims.
    pub jobs: u64,
    /// Units of these.
    pub units: u64,
    /// What they cost by the price list, counted once.
    pub gross: Money,
    /// What was paid of it, all three shares.
    pub paid: Money,
    /// Its share.
    pub share: Money,
    /// What penalties took from its share.
    pub penalty_from_share: Money,
    /// What penalties took altogether: from shares and from stake.
    pub penalties: Money,
    /// Its share less what penalties took of it.
    pub net: Money,
    /// Its stake at the end.
    pub stake: Money,
}

/// A penalty.
#[derive(Clone, Debug, Serialize)]
pub struct SlashRow {
    /// The epoch that was judged.
    pub epoch: u64,
    /// Who.
    pub provider_id: String,
    /// For what.
    pub reason: String,
    /// How bad.
    pub severity: String,
    /// How much.
    pub penalty: Money,
    /// Epochs without work.
    pub cooldown_epochs: u64,
    /// Epochs in jail.
    pub jail_epochs: u64,
}

/// What an epoch did with its budget.
#[derive(Clone, Debug, Serialize)]
pub struct FundRow {
    /// The epoch.
    pub epoch: u64,
    /// Claims, those that waited included.
    pub claims: u64,
    /// What it could pay, the carry included.
    pub budget: Money,
    /// What was claimed.
    pub gross: Money,
    /// What was paid.
    pub payable: Money,
    /// What waits for the next epoch.
    pub deferred: Money,
    /// What the next epoch may pay on top.
    pub carry: Money,
    /// What scaling left.
    pub dust: Money,
    /// Penalties collected.
    pub penalties: Money,
}

/// Something that must hold, and whether it does.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What.
    pub rule: &'static str,
    /// One side.
    pub left: Money,
    /// The other.
    pub right: Money,
}

impl Check {
    /// Whether both sides are the same.
    pub fn holds(&self) -> bool {
        self.left == self.right
    }
}

/// The document.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Rows replayed.
    pub rows: usize,
    /// Providers.
    pub providers: Vec<ProviderRow>,
    /// Penalties.
    pub slashes: Vec<SlashRow>,
    /// Epochs and their budgets.
    pub fund: Vec<FundRow>,
    /// Jobs by final status.
    pub jobs: Counts,
    /// Attempts that came to nothing, by cause.
    pub requeued: Counts,
    /// Jobs that ended without pay, by cause.
    pub ended: Counts,
    /// Refused entries by status.
    pub refused: Counts,
    /// Balances by kind of account.
    pub balances: BTreeMap<String, Money>,
    /// The sum of all balances: 0.
    pub sum: Money,
    /// What must hold.
    pub checks: Vec<Check>,
    /// The policy.
    pub policy_hash: String,
    /// The chained root at the end.
    pub state_root: String,
    /// The digest over all of state at the end.
    pub state_digest: String,
    /// SHA3-256 of all events.
    pub events_digest: String,
    /// Entries.
    pub entries: u64,
    /// Events.
    pub events: u64,
    /// Events by kind.
    pub events_by_kind: Counts,
    /// Each epoch's mark.
    pub epochs: Vec<EpochMark>,
}

impl Report {
    /// Whether no money appeared or vanished.
    pub fn balanced(&self) -> bool {
        self.sum == Money(0) && self.checks.iter().all(Check::holds)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Reads the report of a run from its ledger.
pub fn report(ledger: &dyn Ledger, record: &Record, rows: usize) -> Result<Report> {
    let fund = record.batches.iter().map(fund_row).collect::<Result<Vec<_>>>()?;
    let mut slashes = Vec::new();
    list(ledger, "slashes", &json!({}), |item| {
        slashes.push(slash_row(item)?);
        Ok(())
    })?;
    let mut providers = providers(ledger, record, &slashes)?;
    let miners = payouts(ledger, &mut providers)?;
    let (balances, sum) = balances(ledger)?;
    let checks = checks(record, &providers, miners, &balances, &fund)?;
    let head = ledger.query("head", &json!({}))?;
    Ok(Report {
        rows,
        slashes,
        fund,
        jobs: jobs(ledger)?,
        requeued: record.requeued.clone(),
        ended: record.ended.clone(),
        refused: record.refused.clone(),
        checks,
        balances,
        sum,
        policy_hash: text(&head["policy_hash"]),
        state_root: text(&head["state_root"]),
        state_digest: text(&ledger.query("digest", &json!({}))?["state_digest"]),
        events_digest: record.events_digest().to_string(),
        entries: record.entries,
        events: record.events.values().sum(),
        events_by_kind: record.events.clone(),
        epochs: record.epochs.clone(),
        providers: providers.into_values().collect(),
    })
}

fn fund_row(batch: &Value) -> Result<FundRow> {
    let total = |name: &str| Money::of(&batch["totals"][name]);
    Ok(FundRow {
        epoch: batch["epoch"].as_u64().context("a batch has an epoch")?,
        claims: batch["claims_count"].as_u64().context("a batch counts its claims")?,
        budget: Money::of(&batch["budget"])?,
        gross: total("gross")?,
        payable: total("payable")?,
        deferred: total("deferred")?,
        carry: Money::of(&batch["carry_next"])?,
        dust: total("dust")?,
        penalties: total("penalties")?,
    })
}

fn slash_row(item: &Value) -> Result<SlashRow> {
    Ok(SlashRow {
        epoch: item["epoch"].as_u64().context("a slash has an epoch")?,
        provider_id: text(&item["provider_id"]),
        reason: text(&item["reason"]),
        severity: text(&item["severity"]),
        penalty: Money::of(&item["penalty"])?,
        cooldown_epochs: item["cooldown_epochs"].as_u64().unwrap_or(0),
        jail_epochs: item["jail_epochs"].as_u64().unwrap_or(0),
    })
}

fn providers(ledger: &dyn Ledger, record: &Record, slashes: &[SlashRow]) -> Result<BTreeMap<String, ProviderRow>> {
    let mut rows = BTreeMap::new();
    list(ledger, "provider.list", &json!({}), |item| {
        let id = text(&item["provider_id"]);
        let claimed = record.claimed.get(id.as_str()).copied().unwrap_or_default();
        let mut penalties = Money(0);
        for slash in slashes.iter().filter(|slash| slash.provider_id == id) {
            penalties.add(slash.penalty)?;
        }
        let row = ProviderRow {
            provider_id: id.clone(),
            status: text(&item["status"]),
            band: text(&item["sla"][0]["band"]),
            jobs: claimed.jobs,
            units: claimed.units,
            gross: Money(0),
            paid: Money(0),
            share: Money(0),
            penalty_from_share: Money(0),
            penalties,
            net: Money(0),
            stake: Money::of(&item["stake"])?,
        };
        rows.insert(id, row);
        Ok(())
    })?;
    Ok(rows)
}

/// Adds up the payout lines; gives the miners' sum.
fn payouts(ledger: &dyn Ledger, providers: &mut BTreeMap<String, ProviderRow>) -> Result<Money> {
    let mut miners = Money(0);
    let mut seen = BTreeSet::new();
    list(ledger, "payouts", &json!({}), |item| {
        let line = &item["line"];
        let amount = |name: &str| Money::of(&line[name]);
        miners.add(amount("miner_share")?)?;
        let row = providers
            .get_mut(line["provider_id"].as_str().unwrap_or_default())
            .context("a line of a provider")?;
        // What was deferred comes back with what is still owed as its gross: that is no new claim.
        if seen.insert(text(&line["claim_key"])) {
            row.gross.add(amount("gross")?)?;
        }
        row.paid.add(amount("payable")?)?;
        row.share.add(amount("provider")?)?;
        row.penalty_from_share.add(amount("penalty")?)?;
        row.net.add(amount("net_provider")?)
    })?;
    Ok(miners)
}

fn balances(ledger: &dyn Ledger) -> Result<(BTreeMap<String, Money>, Money)> {
    let mut by_kind: BTreeMap<String, Money> = BTreeMap::new();
    let mut sum = Money(0);
    list(ledger, "accounts", &json!({}), |item| {
        let account = text(&item["account"]);
        let kind = account.split_once(':').map_or(account.as_str(), |(kind, _)| kind);
        let balance = Money::of(&item["balance"])?;
        sum.add(balance)?;
        by_kind.entry(kind.to_owned()).or_default().add(balance)
    })?;
    Ok((by_kind, sum))
}

fn jobs(ledger: &dyn Ledger) -> Result<Counts> {
    let mut counts = Counts::new();
    list(ledger, "job.list", &json!({}), |item| {
        *counts.entry(text(&item["status"])).or_default() += 1;
        Ok(())
    })?;
    Ok(counts)
}

fn checks(
    record: &Record,
    providers: &BTreeMap<String, ProviderRow>,
    miners: Money,
    balances: &BTreeMap<String, Money>,
    fund: &[FundRow],
) -> Result<Vec<Check>> {
    let balance = |kind: &str| balances.get(kind).copied().unwrap_or_default();
    let total = |of: &dyn Fn(&ProviderRow) -> Money| -> Result<Money> {
        let mut sum = Money(0);
        for row in providers.values() {
            sum.add(of(row))?;
        }
        Ok(sum)
    };
    let mut treasury = Money(0);
    let mut penalties = Money(0);
    for (batch, row) in record.batches.iter().zip(fund) {
        treasury.add(Money::of(&batch["totals"]["treasury"])?)?;
        treasury.add(row.dust)?;
        penalties.add(row.penalties)?;
    }
    treasury.add(penalties)?;
    let mut collected = balance("treasury");
    collected.add(balance("burned"))?;
    let mut held = Money(0);
    for (kind, amount) in balances {
        if kind != "mint" {
            held.add(*amount)?;
        }
    }
    let mut owed = total(&|row| row.gross)?;
    owed.0 -= total(&|row| row.paid)?.0;
    let deferred = fund.last().map_or(Money(0), |row| row.deferred);
    Ok(vec![
        Check {
            rule: "what came from the chain = what all accounts hold",
            left: Money(-balance("mint").0),
            right: held,
        },
        Check {
            rule: "net of all payout lines = what providers may withdraw",
            left: total(&|row| row.net)?,
            right: balance("available"),
        },
        Check {
            rule: "miner shares of all lines = what miners may withdraw",
            left: miners,
            right: balance("miner"),
        },
        Check {
            rule: "treasury shares + dust + penalties = treasury + burned",
            left: treasury,
            right: collected,
        },
        Check {
            rule: "gross - paid = still deferred",
            left: owed,
            right: deferred,
        },
        Check {
            rule: "debts of providers = receivable",
            left: Money(-balance("debt").0),
            right: balance("receivable"),
        },
    ])
}
