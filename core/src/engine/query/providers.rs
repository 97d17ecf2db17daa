//! Reads about providers: one, and lists by what they are and can do.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::super::key::{Key, Table, trailing_text};
use super::super::ledger::{self, Account};
use super::super::rows::Provider;
use super::super::schedules::archived;
use super::super::sla::Windows;
use super::{Page, Reader, absent};
use crate::Result;
use crate::amount::{Atoms, Ratio};
use crate::market::Market;
use crate::matching::Status as ProviderStatus;
use crate::policy::{Band, Policy};
use crate::value::{Kind, Text};

/// How a provider stands in one kind of work.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct BandView {
    kind: Kind,
    band: Band,
    samples_used: u64,
    metrics: Option<crate::sla::Metrics>,
}

/// A provider with its id, its money and its bands.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ProviderView {
    provider_id: Text,
    #[serde(flatten)]
    provider: Provider,
    available: Atoms,
    unbonding: Atoms,
    debt: Atoms,
    effective_health_ppm: Ratio,
    paid_total: Atoms,
    sla: Vec<BandView>,
}

/// What a list is of: every condition that is given holds.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ProviderFilter {
    status: Option<ProviderStatus>,
    kind: Option<Kind>,
    region: Option<Text>,
    /// A kind, or a model or gate set.
    capability: Option<Text>,
    after: Option<String>,
    limit: Option<u64>,
}

impl ProviderFilter {
    fn takes(&self, row: &Provider) -> bool {
        self.status.is_none_or(|status| status == row.status)
            && self.kind.is_none_or(|kind| row.kinds.contains(&kind))
            && (self.region.is_none() || self.region == row.region)
            && self.capability.as_ref().is_none_or(|wanted| {
                row.models.contains(wanted) || row.kinds.iter().any(|kind| wanted.as_str() == kind.as_str())
            })
    }
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ProviderInput {
    provider_id: Text,
}

impl Reader<'_> {
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

    pub(super) fn provider(&self, input: ProviderInput) -> Result<ProviderView> {
        let now = self.now()?;
        match self.txn.get(Key::new(Table::Provider).text(&input.provider_id))? {
            Some(row) => Ok(self.provider_view(&now, &input.provider_id, row)?),
            None => absent(
                "input.provider_id",
                alloc::format!("no provider `{}`", input.provider_id),
            ),
        }
    }

    pub(super) fn providers(&self, filter: ProviderFilter) -> Result<Page<ProviderView>> {
        let now = self.now()?;
        let (prefix, skip) = match filter.status {
            Some(status) => (Key::new(Table::ProviderByStatus).byte(status as u8), 2),
            None => (Key::new(Table::Provider), 1),
        };
        let mut page = self.page(&prefix, filter.after.as_ref(), filter.limit, |key, _| {
            let Some(id) = trailing_text(key, skip).and_then(|id| Text::new(id).ok()) else {
                return Ok(None);
            };
            let row: Option<Provider> = self.txn.get(Key::new(Table::Provider).text(&id))?;
            row.filter(|row| filter.takes(row))
                .map(|row| self.provider_view(&now, &id, row))
                .transpose()
        })?;
        if filter.kind.is_some() || filter.region.is_some() || filter.capability.is_some() {
            page.total = None;
        }
        Ok(page)
    }
}
