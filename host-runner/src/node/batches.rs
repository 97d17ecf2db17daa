//! Batches of messages: admitted one by one, sealed with the commit, read back from the journal, and applied again by a
//! replica (docs/spec/23-batches.md).

use super::divergence::{Divergence, First};
use super::{Node, Reader};
use crate::error::{Error, Result};
use crate::store::{self, HostStore, Pair};
use aicf_core::codec::cbor;
use aicf_core::engine::batches::{self, messages_digest};
use aicf_core::engine::entry::Seal;
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::rows::{BlockRow, KeyRow, Network, SealedRow};
use aicf_core::engine::{Command, Entry, NetworkName, Outcome, Status};
use aicf_core::hash::sha3_256;
use aicf_core::value::{Bytes, Hash32};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Bytes of the messages of one batch, as CBOR: below what one answer of a node may have.
pub const BATCH_BYTES_MAX: usize = 8 << 20;

/// The messages that wait for their seal.
#[derive(Debug)]
pub(super) struct Open {
    height: u64,
    time_ms: u64,
    messages: Vec<Hash32>,
}

/// A sealed batch as nodes exchange it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealedBatch {
    /// The network it belongs to.
    pub network_id: Hash32,
    /// Its time, ms since 1970.
    pub time_ms: u64,
    /// Its hash, which the next batch names.
    pub hash: Hash32,
    /// Its header and signature.
    pub seal: Seal,
    /// Its messages in order, each a command as canonical CBOR.
    pub messages: Vec<Bytes>,
}

impl SealedBatch {
    /// Whether header, messages and hash belong together.
    ///
    /// # Errors
    /// [`Error::BadBatch`] naming what does not.
    pub fn check(&self) -> Result<()> {
        let bad = |what: &str| Error::BadBatch {
            number: self.seal.number,
            what: what.to_owned(),
        };
        let digests: Vec<Hash32> = self.messages.iter().map(|message| sha3_256(&[message])).collect();
        if self.seal.messages != digests.len() as u64 || self.seal.messages_digest != messages_digest(&digests)? {
            return Err(bad("its messages are not those of its header"));
        }
        if self.hash != batches::hash(&self.network_id, self.time_ms, &self.seal)? {
            return Err(bad("its hash is not that of its header"));
        }
        Ok(())
    }

    /// Whether the signature is of one of these keys.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[KeyRow]) -> bool {
        let key = usize::try_from(self.seal.key).ok().and_then(|place| keys.get(place));
        key.is_some_and(|key| {
            key.scheme
                .is_some_and(|scheme| scheme.verify(&key.public_key, &self.hash.0, &[], &self.seal.signature))
        })
    }
}

impl Reader {
    fn row<T: serde::de::DeserializeOwned>(&self, key: Key) -> Result<Option<T>> {
        match self.state.read(&key.bytes())? {
            Some(bytes) => Ok(Some(cbor::from_slice(&bytes)?)),
            None => Ok(None),
        }
    }

    /// The network's row.
    ///
    /// # Errors
    /// The database's; `invariant` before the genesis.
    pub fn network_row(&self) -> Result<Network> {
        self.row(Key::new(Table::Network))?
            .ok_or_else(|| aicf_core::Error::invariant("a journal without its network").into())
    }

    /// The last block that is done.
    ///
    /// # Errors
    /// The database's.
    pub fn last_block(&self) -> Result<Option<BlockRow>> {
        self.row(Key::new(Table::Block))
    }

    /// The last batch.
    ///
    /// # Errors
    /// The database's.
    pub fn last_sealed(&self) -> Result<Option<SealedRow>> {
        self.row(Key::new(Table::Sealed))
    }

    /// The sequencer keys in effect at a height.
    ///
    /// # Errors
    /// The database's.
    pub fn sequencers(&self, height: u64) -> Result<Vec<KeyRow>> {
        keys_at(|start, end, limit| self.state.range(start, end, limit), height)
    }

    /// The first batch of what is committed.
    ///
    /// # Errors
    /// As for [`FirstBatch::of`].
    pub fn first_batch(&self) -> Result<FirstBatch> {
        FirstBatch::of(self.state.lock().base())
    }

    /// Compares the index of batches with the seals of the journal: the number and the entry of each.
    ///
    /// # Errors
    /// The database's, also for an index that is another.
    pub fn check_batch_index(&self, seals: &[(u64, u64)]) -> Result<()> {
        let overlay = self.state.lock();
        let store = overlay.base();
        for (number, seq) in seals {
            let found = store.seq_of_batch(*number)?;
            if found != Some(*seq) {
                let found = found.map_or("nothing".to_owned(), |found| format!("entry {found}"));
                return Err(corrupt(format!(
                    "its index of batches has {found} for batch {number}, which entry {seq} seals"
                )));
            }
        }
        // Seals have numbers without a gap, so a row too many is outside of them.
        let expected = seals.first().zip(seals.last()).map(|(first, last)| (first.0, last.0));
        if store.span_of_batches()? != expected {
            return Err(corrupt("its index of batches has rows without a seal".to_owned()));
        }
        Ok(())
    }

    /// [`read_batches`] of what is committed.
    ///
    /// # Errors
    /// As for [`read_batches`].
    pub fn batches(&self, from: u64, limit: usize) -> Result<Vec<SealedBatch>> {
        read_batches(self.state.lock().base(), from, limit)
    }
}

/// The sequencer keys in effect at a height, by a scan of the state.
pub(super) fn keys_at(
    scan: impl Fn(&[u8], &[u8], usize) -> store::Result<Vec<Pair>>,
    height: u64,
) -> Result<Vec<KeyRow>> {
    let prefix = Key::new(Table::Sequencer);
    let end = prefix.clone().int(height.saturating_add(1)).bytes();
    match scan(&prefix.bytes(), &end, aicf_core::limits::SEQUENCER_KEYS_MAX)?.pop() {
        Some((_, value)) => Ok(cbor::from_slice(&value)?),
        None => Ok(Vec::new()),
    }
}

/// The first batch that a database has: the network's first one, or the one after the snapshot that it began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstBatch {
    /// Its number, whether it is sealed yet or not.
    pub number: u64,
    /// The hash of the batch before it, where the journal tells it.
    pub previous: Option<Hash32>,
}

impl FirstBatch {
    /// The first batch of a database.
    ///
    /// # Errors
    /// The database's; `invariant` before the genesis.
    pub fn of(store: &dyn HostStore) -> Result<Self> {
        let row = store.journal(0, 1)?.pop();
        let row = row.ok_or_else(|| aicf_core::Error::invariant("a journal without an entry"))?;
        if row.seq == 0 {
            return Ok(Self {
                number: 1,
                previous: Some(Hash32::ZERO),
            });
        }
        let entry: Entry = cbor::from_slice(&row.entry)?;
        Ok(match entry.command {
            Command::Seal(seal) if row.status == Status::Ok.number() => Self {
                number: seal.number + 1,
                previous: Some(batches::hash(&network_of(store)?.network_id, entry.time_ms, &seal)?),
            },
            // A snapshot that is not of a seal is of a network without sequencer keys at that time.
            _ => Self {
                number: store.span_of_batches()?.map_or(1, |(first, _)| first),
                previous: None,
            },
        })
    }

    /// The number to begin with, where one was asked for or not.
    ///
    /// # Errors
    /// [`Error::BatchBefore`] for a number that the database does not have.
    pub fn from(self, asked: Option<u64>) -> Result<u64> {
        match asked.map(|number| number.max(1)) {
            Some(number) if number < self.number => Err(Error::BatchBefore {
                number,
                first: self.number,
            }),
            asked => Ok(asked.unwrap_or(self.number)),
        }
    }
}

fn network_of(store: &dyn HostStore) -> Result<Network> {
    let network = store
        .get(&Key::new(Table::Network).bytes())?
        .ok_or_else(|| aicf_core::Error::invariant("a journal without its network"))?;
    Ok(cbor::from_slice(&network)?)
}

fn corrupt(what: String) -> Error {
    store::Error::Corrupt { what }.into()
}

/// The last batch by the state, which the index of batches has to end with.
fn last_of(store: &dyn HostStore, first: FirstBatch) -> Result<Option<SealedRow>> {
    let last = match store.get(&Key::new(Table::Sealed).bytes())? {
        Some(bytes) => Some(cbor::from_slice::<SealedRow>(&bytes)?),
        None => None,
    };
    let number = last.as_ref().map_or(0, |last| last.number);
    let expected = (first.number <= number).then_some((first.number, number));
    let found = store.span_of_batches()?;
    if found == expected {
        return Ok(last);
    }
    let named = |span: Option<(u64, u64)>| span.map_or("none".to_owned(), |(first, last)| format!("{first} to {last}"));
    Err(corrupt(format!(
        "its index of batches has {}, and its journal has {}",
        named(found),
        named(expected)
    )))
}

/// Batches from a number on, at most `limit` of them and [`BATCH_BYTES_MAX`] bytes of messages, at least one where there
/// is one; none for a number from before the first one.
///
/// # Errors
/// The database's, also for an index of batches with a gap or a row that is not of its seal; `invariant` before the
/// genesis; [`Error::BadBatch`] for a journal that does not fit its seals.
pub fn read_batches(store: &dyn HostStore, from: u64, limit: usize) -> Result<Vec<SealedBatch>> {
    let network = network_of(store)?;
    let first = FirstBatch::of(store)?;
    let Some(last) = last_of(store, first)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut bytes = 0_usize;
    let mut number = from.max(1);
    let row = |number: u64| -> Result<u64> {
        let seq = store.seq_of_batch(number)?;
        seq.ok_or_else(|| corrupt(format!("its index of batches lacks batch {number}")))
    };
    while found.len() < limit && bytes < BATCH_BYTES_MAX && (first.number..=last.number).contains(&number) {
        let start = (number > first.number).then(|| row(number - 1)).transpose()?;
        let batch = batch_at(store, &network.network_id, number, start, row(number)?)?;
        if number == last.number && batch.hash != last.hash {
            return Err(corrupt(format!("batch {number} is not the last one of its state")));
        }
        bytes += batch.messages.iter().map(|message| message.0.len()).sum::<usize>();
        found.push(batch);
        number += 1;
    }
    Ok(found)
}

/// The batch of a number, whose seal is entry `end`; the batch before was sealed by entry `start`.
fn batch_at(
    store: &dyn HostStore,
    network_id: &Hash32,
    number: u64,
    start: Option<u64>,
    end: u64,
) -> Result<SealedBatch> {
    const PAGE: usize = 256;
    let mut commands = Vec::new();
    let mut sealed = None;
    let mut from = start.map_or(1, |start| start + 1);
    while sealed.is_none() {
        let page = store.journal(from, PAGE)?;
        let Some(last) = page.last() else { break };
        from = last.seq + 1;
        for row in page.iter().take_while(|row| row.seq <= end) {
            let entry: Entry = cbor::from_slice(&row.entry)?;
            match entry.command {
                Command::Seal(seal) if row.seq == end => sealed = Some((entry.time_ms, row.status, seal)),
                // A journal that begins with a snapshot may begin with either of them.
                Command::Block { .. } | Command::Seal(_) => commands.clear(),
                command => commands.push(command),
            }
        }
        if from > end {
            break;
        }
    }
    let (time_ms, seal) = match sealed {
        Some((time_ms, status, seal)) if seal.number == number && status == Status::Ok.number() => (time_ms, seal),
        _ => return Err(corrupt(format!("entry {end} is not the seal of batch {number}"))),
    };
    let mut commands = commands.into_iter().peekable();
    // The dispatch of the batch's block is not a message: every node adds it by itself.
    if seal.block_hash != Hash32::ZERO && commands.len() as u64 > seal.messages {
        commands.next_if(|command| matches!(command, Command::Dispatch { .. }));
    }
    let messages = commands
        .map(|command| cbor::to_vec(&command).map(Bytes))
        .collect::<aicf_core::Result<Vec<_>>>()?;
    let batch = SealedBatch {
        network_id: *network_id,
        time_ms,
        hash: batches::hash(network_id, time_ms, &seal)?,
        seal,
        messages,
    };
    batch.check()?;
    Ok(batch)
}

impl Node {
    /// Whether messages come in batches here: the network has sequencer keys after its last block.
    ///
    /// # Errors
    /// The database's.
    pub fn is_sequenced(&self) -> Result<bool> {
        let height = self.head.as_ref().map_or(0, |head| head.height);
        Ok(!self.reader.sequencers(height)?.is_empty())
    }

    /// The place of this node's key among some.
    fn place_in(&self, keys: &[KeyRow]) -> Option<u64> {
        let key = self.sequencer.as_ref()?;
        let place = keys
            .iter()
            .position(|row| row.public_key.0 == key.public_key() && row.scheme == Some(key.scheme()))?;
        u64::try_from(place).ok()
    }

    /// Whether this node's sequencer key is one of these.
    #[must_use]
    pub fn is_one_of(&self, keys: &[KeyRow]) -> bool {
        self.place_in(keys).is_some()
    }

    /// Which of the sequencer keys after a block this node has.
    fn own_key(&self, height: u64) -> Result<Option<u64>> {
        Ok(self.place_in(&self.reader.sequencers(height)?))
    }

    /// Whether this node may seal batches after a block.
    ///
    /// # Errors
    /// The database's.
    pub fn seals(&self, height: u64) -> Result<bool> {
        Ok(self.own_key(height)?.is_some())
    }

    /// The times that a batch may have now: not before the last entry's, and not too far after the last block's.
    fn batch_times(&self, last: Option<&BlockRow>, most_ms: u64) -> RangeInclusive<u64> {
        let head_ms = self.head.as_ref().map_or(0, |head| head.time_ms);
        head_ms..=last.map_or(u64::MAX, |block| block.time_ms.saturating_add(most_ms).max(head_ms))
    }

    /// The time of a batch for a time of the local clock: not before the last entry's.
    ///
    /// # Errors
    /// [`Error::ClockOutOfRange`] for a clock that is not within the network's `batch_ahead_max_ms` of the last block;
    /// [`Error::ClockUnreadable`] while [`super::Options::clock_fault`] says so.
    pub fn batch_time(&self, clock_ms: u64) -> Result<u64> {
        if let Some(why) = self.clock_fault.get() {
            return Err(Error::ClockUnreadable(why));
        }
        let (last, most_ms) = (self.reader.last_block()?, self.reader.network_row()?.batch_ahead_max_ms);
        let times = self.batch_times(last.as_ref(), most_ms);
        match last.map(|block| block.time_ms) {
            Some(block_ms) if clock_ms > *times.end() || clock_ms < block_ms.saturating_sub(most_ms) => {
                Err(Error::ClockOutOfRange {
                    clock_ms,
                    block_ms,
                    most_ms,
                })
            }
            _ => Ok(clock_ms.max(*times.start())),
        }
    }

    /// [`Node::batch_time`], moved into the bound where the clock is not within it: for what no clock may stop.
    fn nearest_batch_time(&self, clock_ms: u64) -> Result<u64> {
        let (last, most_ms) = (self.reader.last_block()?, self.reader.network_row()?.batch_ahead_max_ms);
        let times = self.batch_times(last.as_ref(), most_ms);
        Ok(clock_ms.clamp(*times.start(), *times.end()))
    }

    /// Applies a message, if the engine takes it: what it refuses leaves nothing behind. The outcome counts after the
    /// next commit, which seals the batch.
    ///
    /// # Errors
    /// [`Error::NotSequencer`] where this node cannot seal; else as for [`Node::submit`].
    pub fn admit(&mut self, height: u64, time_ms: u64, command: Command) -> Result<Outcome> {
        if let Some(block) = self.reader.last_block()?
            && height > block.height
        {
            return Err(Error::MidBlock { height });
        }
        if !self.seals(height)? {
            return Err(Error::NotSequencer { height });
        }
        if self
            .open
            .as_ref()
            .is_some_and(|open| (open.height, open.time_ms) != (height, time_ms))
        {
            self.seal()?;
        }
        let message = sha3_256(&[&cbor::to_vec(&command)?]);
        let outcome = self.offer(height, time_ms, command)?;
        if outcome.status == Status::Ok {
            self.open_at(height, time_ms).messages.push(message);
            self.commit_if_full()?;
        }
        Ok(outcome)
    }

    fn open_at(&mut self, height: u64, time_ms: u64) -> &mut Open {
        self.open.get_or_insert_with(|| Open {
            height,
            time_ms,
            messages: Vec::new(),
        })
    }

    /// The batch after a block that is done: its dispatch, and no messages yet.
    ///
    /// # Errors
    /// As for [`Node::submit`]; `invariant` where the dispatch is refused.
    pub fn dispatch_block(&mut self, clock_ms: u64) -> Result<Option<Outcome>> {
        let Some(block) = self.reader.last_block()?.filter(|block| !block.dispatched) else {
            return Ok(None);
        };
        if !self.seals(block.height)? {
            return Err(Error::NotSequencer { height: block.height });
        }
        let time_ms = self.nearest_batch_time(clock_ms)?;
        let dispatch = Command::Dispatch { beacon: block.beacon };
        let outcome = self.offer(block.height, time_ms, dispatch)?;
        if outcome.status != Status::Ok {
            let why = format!(
                "the dispatch of block {} was refused: {}",
                block.height, outcome.message
            );
            return Err(aicf_core::Error::invariant(&why).into());
        }
        self.open_at(block.height, time_ms);
        Ok(Some(outcome))
    }

    /// Seals the open batch, if there is one.
    ///
    /// # Errors
    /// As for [`Node::submit`]; [`Error::Key`].
    pub fn seal(&mut self) -> Result<Option<Outcome>> {
        let Some(open) = self.open.take() else { return Ok(None) };
        let sealed = self.sealed(&open);
        let outcome = match sealed {
            Ok((time_ms, seal)) => self.offer(open.height, time_ms, Command::Seal(seal))?,
            Err(error) => {
                self.open = Some(open);
                return Err(error);
            }
        };
        if outcome.status != Status::Ok {
            let why = format!("the node's own seal was refused: {}", outcome.message);
            let error: Error = aicf_core::Error::invariant(&why).into();
            self.stop(&error);
            return Err(error);
        }
        Ok(Some(outcome))
    }

    fn sealed(&self, open: &Open) -> Result<(u64, Seal)> {
        let (Some(signer), Some(key)) = (&self.sequencer, self.own_key(open.height)?) else {
            return Err(Error::NotSequencer { height: open.height });
        };
        let last = self.reader.last_sealed()?;
        let block = self.reader.last_block()?;
        let mut seal = Seal {
            number: last.as_ref().map_or(0, |last| last.number) + 1,
            previous: last.map_or(Hash32::ZERO, |last| last.hash),
            block_height: block.as_ref().map_or(open.height, |block| block.height),
            block_hash: block.map_or(Hash32::ZERO, |block| block.hash),
            messages: open.messages.len() as u64,
            messages_digest: messages_digest(&open.messages)?,
            state_root: self.root(),
            key,
            signature: Bytes(Vec::new()),
        };
        let hash = batches::hash(&self.reader.network_row()?.network_id, open.time_ms, &seal)?;
        seal.signature = Bytes(signer.sign(&hash.0, &[])?);
        Ok((open.time_ms, seal))
    }

    /// Applies a batch of the network's sequencer after the block that it names. It counts after the next commit; after
    /// an error everything since the last one is to be discarded.
    ///
    /// # Errors
    /// [`Error::BadBatch`] for one that does not follow, [`Error::Diverged`] for one that this node computes otherwise.
    pub fn replay_batch(&mut self, batch: &SealedBatch, seen: &mut dyn FnMut((u64, u64), Outcome)) -> Result<()> {
        batch.check()?;
        let network = self.reader.network_row()?;
        if batch.network_id != network.network_id {
            return Err(Error::BadBatch {
                number: batch.seal.number,
                what: format!("it belongs to network {}", batch.network_id),
            });
        }
        self.replay_entries(batch, seen)
    }

    fn replay_entries(&mut self, batch: &SealedBatch, seen: &mut dyn FnMut((u64, u64), Outcome)) -> Result<()> {
        let (height, time_ms) = (batch.seal.block_height, batch.time_ms);
        let moment = (height, time_ms);
        if let Some(block) = self.reader.last_block()?.filter(|block| !block.dispatched) {
            let before = self.root();
            let outcome = self.submit(height, time_ms, Command::Dispatch { beacon: block.beacon })?;
            self.agrees(batch, &outcome, before)?;
            seen(moment, outcome);
        }
        for message in &batch.messages {
            let command: Command = cbor::from_slice(message)?;
            let before = self.root();
            let outcome = self.submit(height, time_ms, command)?;
            self.agrees(batch, &outcome, before)?;
            seen(moment, outcome);
        }
        let before = self.root();
        let outcome = self.submit(height, time_ms, Command::Seal(batch.seal.clone()))?;
        self.agrees(batch, &outcome, before)?;
        seen(moment, outcome);
        Ok(())
    }

    fn root(&self) -> Hash32 {
        self.head.as_ref().map_or(Hash32::ZERO, |head| head.state_root)
    }

    /// A batch holds only what the engine takes.
    fn agrees(&self, batch: &SealedBatch, outcome: &Outcome, before: Hash32) -> Result<()> {
        if outcome.status == Status::Ok {
            return Ok(());
        }
        if outcome.status == Status::WrongBatch {
            return Err(Error::BadBatch {
                number: batch.seal.number,
                what: outcome.message.clone(),
            });
        }
        Err(Error::Diverged(Box::new(Divergence {
            batch: batch.seal.number,
            seq: outcome.seq,
            status: outcome.status.as_str(),
            sealed: batch.seal.state_root,
            // A refused entry has moved the root, too: the seal is over the one before.
            ours: before,
            message: outcome.message.clone(),
            first: First::Unknown("this node follows no other node that could be asked".to_owned()),
        })))
    }

    /// Whether this is an open devnet's database, where a clock that does not fit the chain's is moved rather than
    /// refused.
    ///
    /// # Errors
    /// The database's.
    pub fn session_time(&self, clock_ms: u64) -> Result<u64> {
        if self.reader.network_row()?.class == NetworkName::Devnet {
            return self.nearest_batch_time(clock_ms);
        }
        self.batch_time(clock_ms)
    }
}
