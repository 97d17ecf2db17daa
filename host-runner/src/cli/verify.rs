//! `aicf verify`: a database proved from its own journal.
//!
//! Three questions: does every entry, applied again from the first on, give the status and the root that
//! are recorded; is what is stored, row by row, what that gives; and are the roots and the id of every
//! settled batch those of the lines that are stored for it. The first answer of no ends it.

use super::fail::Failure;
use super::out::Out;
use super::verify_assignments::Assignments;
use super::{Globals, lines};
use crate::error::Error;
use crate::node::{Node, Reader};
use crate::store::{JournalRow, MemoryDatabase, Pair, State, snapshot};
use aicf_core::amount::Atoms;
use aicf_core::claim::claim_key;
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::key::{Key, Table, trailing_hash};
use aicf_core::engine::rows::Deferred;
use aicf_core::engine::{Command, Entry, Outcome, Status};
use aicf_core::merkle::{RootBuilder, leaf_hash, leaf_hash_with};
use aicf_core::receipt::PayoutRecord;
use aicf_core::settlement::{Batch, ClaimLine};
use aicf_core::value::Hash32;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Rows that are read at a time.
const PAGE: usize = 1_000;

#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is written; the database may be in use. A database that began with a snapshot has no journal\nbefore it: give the snapshot, and what followed is proved.\n\nExamples:\n  aicf verify --db aicf.db\n  aicf verify --db new.db --snapshot state.aicf"
)]
pub struct Verify {
    /// The snapshot that the database began with
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Compute each assignment's lease id again from the beacon of its block, and check that blocks, dispatches and batches
    /// stand in the order of the rules
    #[arg(long)]
    assignments: bool,
}

pub fn run(args: &Verify, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let stored = globals.reader()?;
    let first = first_of(&stored)?;
    let mut options = globals.options()?;
    options.batch_entries_max = PAGE;
    let mut begun = MemoryDatabase::without_history();
    let from = match (&args.snapshot, first) {
        (Some(file), _) => {
            let taken = snapshot::load(file, &mut begun).map_err(Error::from)?;
            taken.seq + 1
        }
        (None, 0) => 0,
        (None, first) => {
            let message = format!(
                "the journal begins with entry {first}: give the snapshot that this database began with (--snapshot)"
            );
            return Err(Failure::refused("begins_with_snapshot", message).into());
        }
    };
    let mut node = Node::over(Box::new(begun), &options)?;

    let mut entries = 0_u64;
    let mut seals = Vec::new();
    let mut assignments = args.assignments.then(Assignments::default);
    stored.each_line_from(from, |row| -> anyhow::Result<()> {
        entries += 1;
        let (entry, outcome) = again(&mut node, row)?;
        if let (Command::Seal(seal), Status::Ok) = (&entry.command, outcome.status) {
            seals.push((seal.number, entry.seq));
        }
        match &mut assignments {
            Some(assignments) => assignments.check(&node, &entry, &outcome),
            None => Ok(()),
        }
    })?;
    node.commit()?;
    stored.check_batch_index(&seals)?;
    let rows = same_rows(stored.state(), node.reader().state())?;
    let digest = node.query("digest", &json!({}))?;
    let batches = check_batches(&stored)?;

    let root = node.head().map_or(Hash32::ZERO, |head| head.state_root).to_string();
    let assigned = assignments.map(|assignments| assignments.counts());
    let document = json!({
        "assignments": assigned,
        "entries": entries,
        "rows": rows,
        "batches": batches,
        "state_root": root,
        "state_digest": digest["state_digest"],
    });
    let text = format!(
        "{}: {entries} entries give the recorded roots, {rows} rows are what they lead to, {batches} batches are \
         those of their lines; state_root {root}",
        globals.database().display()
    );
    out.say(&document, &text)
}

/// The number of the first line that is kept.
fn first_of(stored: &Reader) -> anyhow::Result<u64> {
    let lines = stored.state().lock().base().journal(0, 1).map_err(Error::from)?;
    Ok(lines.first().map_or(0, |line| line.seq))
}

/// The failure of a verification; `path` is the entry, the key or the batch.
pub fn wrong(code: &str, path: String, message: String) -> anyhow::Error {
    Failure {
        path,
        ..Failure::refused(code, message)
    }
    .into()
}

/// One line of the journal, applied again.
fn again(node: &mut Node, row: &JournalRow) -> anyhow::Result<(Entry, Outcome)> {
    let at = || format!("entry {}", row.seq);
    let entry: Entry = cbor::from_slice(&row.entry)
        .map_err(|error| wrong("journal_differs", at(), format!("it does not read back: {error}")))?;
    if entry.seq != row.seq || entry.seq != node.next_seq() {
        let message = format!(
            "it says it is entry {}, and entry {} belongs here",
            entry.seq,
            node.next_seq()
        );
        return Err(wrong("journal_differs", at(), message));
    }
    let outcome = node.apply(&entry)?;
    if outcome.status.number() != row.status {
        let recorded = lines::status_name(row.status);
        let message = format!(
            "the status recorded is {recorded}, applied again it is {}",
            outcome.status.as_str()
        );
        return Err(wrong("journal_differs", at(), message));
    }
    if outcome.state_root.0 != row.state_root {
        let recorded = Hash32(row.state_root);
        let message = format!(
            "the root recorded is {recorded}, applied again it is {}",
            outcome.state_root
        );
        return Err(wrong("journal_differs", at(), message));
    }
    Ok((entry, outcome))
}

/// Pairs of a state in key order, a page at a time.
struct Walk<'a> {
    state: &'a State,
    from: Vec<u8>,
    page: std::vec::IntoIter<Pair>,
    ended: bool,
}

impl<'a> Walk<'a> {
    const fn new(state: &'a State, page: std::vec::IntoIter<Pair>) -> Self {
        Self {
            state,
            from: Vec::new(),
            page,
            ended: false,
        }
    }

    fn next(&mut self) -> Result<Option<Pair>, Error> {
        if let Some(pair) = self.page.next() {
            return Ok(Some(pair));
        }
        if self.ended {
            return Ok(None);
        }
        let page = self.state.range(&self.from, &[], PAGE)?;
        self.ended = page.len() < PAGE;
        if let Some((last, _)) = page.last() {
            self.from.clone_from(last);
            self.from.push(0); // the least key after it
        }
        self.page = page.into_iter();
        Ok(self.page.next())
    }
}

/// Compares every row, and counts them.
fn same_rows(stored: &State, replayed: &State) -> anyhow::Result<u64> {
    let mut walks = (
        Walk::new(stored, Vec::new().into_iter()),
        Walk::new(replayed, Vec::new().into_iter()),
    );
    let mut rows = 0;
    loop {
        let (here, there) = (walks.0.next()?, walks.1.next()?);
        let differs = |key: &[u8], message: String| {
            let table = Table::ALL.iter().find(|table| Some(&table.byte()) == key.first());
            let table = table.map_or("no table".into(), |table| format!("{table:?}"));
            Err(wrong(
                "state_differs",
                format!("key {}", hex_of(key)),
                format!("{message} (table {table})"),
            ))
        };
        match (here, there) {
            (None, None) => return Ok(rows),
            (Some(here), Some(there)) if here == there => rows += 1,
            (Some((key, stored)), Some((other, replayed))) if key == other => {
                let message = format!("stored is {}, the journal gives {}", hex_of(&stored), hex_of(&replayed));
                return differs(&key, message);
            }
            (Some((key, _)), other) if other.as_ref().is_none_or(|(other, _)| key < *other) => {
                return differs(&key, "it is stored, and the journal does not give it".into());
            }
            (_, Some((key, _))) => return differs(&key, "the journal gives it, and it is not stored".into()),
            (Some((key, _)), None) => return differs(&key, "it is stored, and the journal does not give it".into()),
        }
    }
}

fn hex_of(bytes: &[u8]) -> String {
    const SHOWN_BYTES_MAX: usize = 200;
    let mut text = hex::text(&bytes[..bytes.len().min(SHOWN_BYTES_MAX)]);
    if bytes.len() > SHOWN_BYTES_MAX {
        text.push('…');
    }
    text
}

/// Calls a function with every row under a prefix.
pub fn each_row(
    state: &State,
    prefix: &Key,
    mut each: impl FnMut(&[u8], &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut from = prefix.clone().bytes();
    loop {
        let page = state.range(&from, &prefix.end(), PAGE).map_err(Error::from)?;
        for (key, value) in &page {
            each(key, value)?;
        }
        match page.last() {
            Some((last, _)) if page.len() == PAGE => {
                from.clone_from(last);
                from.push(0); // the least key after it
            }
            _ => return Ok(()),
        }
    }
}

/// Computes every batch again from its lines, and the chain of batches.
fn check_batches(stored: &Reader) -> anyhow::Result<u64> {
    let state = stored.state();
    let mut batches = Vec::new();
    each_row(state, &Key::new(Table::Batch), |_, value| {
        batches.push(cbor::from_slice::<Batch>(value)?);
        Ok(())
    })?;
    let mut previous = Hash32::ZERO;
    for batch in &batches {
        let found = check_batch(state, batch, previous)?;
        if let Some(what) = found {
            return Err(wrong("batch_differs", format!("epoch {}", batch.epoch), what));
        }
        previous = batch.batch_id;
    }
    Ok(batches.len() as u64)
}

/// What is wrong with a batch, if anything is.
fn check_batch(state: &State, batch: &Batch, previous: Hash32) -> anyhow::Result<Option<String>> {
    let mut claims = RootBuilder::new();
    let mut buffer = Vec::new();
    let mut misnamed = None;
    each_row(state, &Key::new(Table::ClaimLine).int(batch.epoch), |key, value| {
        let kept: Deferred = cbor::from_slice(value)?;
        let claim = &kept.claim;
        let name = claim_key(&claim.task_id, claim.block_height, &claim.nullifier);
        if trailing_hash(key) != Some(name) {
            misnamed.get_or_insert(name);
        }
        let line = ClaimLine {
            claim_key: name,
            provider_id: &claim.provider_id,
            requester: &claim.requester,
            kind: claim.kind,
            units: claim.units,
            proof_ref: claim.proof_ref,
            task_id: claim.task_id,
            lease_id: Some(claim.lease_id),
            block_height: claim.block_height,
        };
        claims.push(leaf_hash_with(&mut buffer, |out| line.encode(out)));
        Ok(())
    })?;
    let mut payouts = RootBuilder::new();
    let mut sums = [Atoms::ZERO; 5];
    each_row(state, &Key::new(Table::PayoutLine).int(batch.epoch), |_, value| {
        // A line is stored in the form in which it is hashed.
        payouts.push(leaf_hash(value));
        let line: PayoutRecord = cbor::from_slice(value)?;
        let amounts = [line.gross, line.payable, line.provider, line.miner_share, line.treasury];
        for (sum, amount) in sums.iter_mut().zip(amounts) {
            *sum = sum.add(amount)?;
        }
        Ok(())
    })?;
    let totals = &batch.totals;
    let expected = [
        totals.gross,
        totals.payable,
        totals.provider,
        totals.miner,
        totals.treasury,
    ];
    let found = if let Some(name) = misnamed {
        Some(format!("a claim line does not stand under its claim_key {name}"))
    } else if (claims.len(), payouts.len()) != (batch.claims_count, batch.claims_count) {
        Some(format!(
            "{} claims and {} payouts are stored, the batch has {}",
            claims.len(),
            payouts.len(),
            batch.claims_count
        ))
    } else if sums != expected {
        Some("the sums of the payout lines are not its totals".into())
    } else {
        None
    };
    if found.is_some() {
        return Ok(found);
    }
    let (claims_root, payouts_root) = (claims.finish(), payouts.finish());
    let roots = [
        ("claims_root", batch.claims_root, claims_root),
        ("payouts_root", batch.payouts_root, payouts_root),
        ("prev_batch_id", batch.prev_batch_id, previous),
        ("batch_id", batch.batch_id, batch.header().batch_id()?),
    ];
    let wrong = roots.iter().find(|(_, stored, computed)| stored != computed);
    Ok(wrong.map(|(name, stored, computed)| format!("its {name} is {stored}, its lines give {computed}")))
}
