//! A node: one journal, one state, one engine.
//!
//! ```text
//! command -> entry (numbered) -> engine -> outcome -> overlay -> commit (journal, state and events at once)
//! ```
//!
//! What [`Node::submit`] gives back counts once [`Node::commit`] has returned, and not before: several
//! entries share one write to the disk. A node that is opened again goes on exactly where the last
//! commit left it.

mod batches;
pub mod divergence;
mod events;
pub mod snapshots;
mod upgrade;

pub use batches::{BATCH_BYTES_MAX, FirstBatch, SealedBatch, read_batches};
pub use divergence::Divergence;
pub use events::kind_of;

use self::upgrade::Upgrades;
use crate::engine::{self, Choice, Engine};
use crate::error::{Error, Result};
use crate::keys::{SecretKey, devnet_sequencer};
use crate::network::Check;
use crate::store::{self, HostStore, JournalRow, Lock, SqliteStore, State};
use aicf_core::codec::cbor;
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::rows::Head;
use aicf_core::engine::{Command, Entry, Limits, Outcome, Status, query};
use aicf_core::limits::JSON_INT_MAX;
use aicf_core::network::{self, NetworkHeader, ResolvedNetwork, SequencerKey};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Entries of one commit, unless it is asked for earlier: enough that the disk is not what counts, few
/// enough that a commit stays in the milliseconds.
const BATCH_ENTRIES_MAX: usize = 1_000;
/// Rows kept in memory.
const CACHE_BYTES: usize = 64 << 20;

/// Why the local clock cannot be read, while that is so: shared by whoever reads it and the node, which admits no message
/// then.
#[derive(Clone, Debug, Default)]
pub struct ClockFault(Arc<Mutex<Option<String>>>);

impl ClockFault {
    /// The clock was read, or not.
    pub fn set(&self, fault: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Why it was not, the last time.
    #[must_use]
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How a node is opened, and how its journal begins where there is none.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which engine applies the entries.
    pub engine: Choice,
    /// A wasm module instead of the embedded one.
    pub module: Option<PathBuf>,
    /// The network of a new journal.
    pub network: ResolvedNetwork,
    /// What of the network is compared with an existing journal's.
    pub check: Check,
    /// A commit happens by itself at so many entries.
    pub batch_entries_max: usize,
    /// Bytes of rows that are kept in memory.
    pub cache_bytes: usize,
    /// The key that batches are sealed with; none follows the network without writing. By default the published key, where
    /// it is one of the network's.
    pub sequencer: Option<Arc<SecretKey>>,
    /// Limits of the engine. Every node of a network has the default ones; tests lower them for the native engine, and
    /// the wasm module has no others.
    pub limits: Limits,
    /// The fault of the clock that messages get their time from.
    pub clock_fault: ClockFault,
}

impl Options {
    /// A network; everything else as most callers want it.
    #[must_use]
    pub fn new(network: ResolvedNetwork) -> Self {
        let published = devnet_sequencer();
        let seals = |key: &SequencerKey| key.public_key.0 == published.public_key();
        let sequencer = network.header.sequencers.iter().any(seals).then(|| Arc::new(published));
        Self {
            engine: Choice::Wasm,
            module: None,
            network,
            check: Check::NOTHING,
            batch_entries_max: BATCH_ENTRIES_MAX,
            cache_bytes: CACHE_BYTES,
            sequencer,
            limits: Limits::DEFAULT,
            clock_fault: ClockFault::default(),
        }
    }
}

/// A node that can write.
pub struct Node {
    reader: Reader,
    engine: Box<dyn Engine>,
    head: Option<Head>,
    batch_entries_max: usize,
    upgrades: Upgrades,
    /// Why nothing more is applied.
    stopped: Option<String>,
    sequencer: Option<Arc<SecretKey>>,
    clock_fault: ClockFault,
    /// Messages that are applied and not sealed.
    open: Option<batches::Open>,
    /// Given up last.
    _lock: Option<Lock>,
}

impl Node {
    /// Opens a database, or makes one whose first entry is a genesis by these options.
    ///
    /// # Errors
    /// [`store::Error::Locked`] before anything is touched; what is wrong with the database or the
    /// module; [`Error::NotBegun`] when the genesis is refused.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let mut node = Self::open_without_genesis(path, options)?;
        if node.head.is_none() {
            node.begin(options)?;
        } else {
            node.reader.check_network(&options.network.header, options.check)?;
        }
        Ok(node)
    }

    /// Opens a database, or makes one, and leaves an empty journal empty: the first entry comes from
    /// elsewhere.
    ///
    /// # Errors
    /// As for [`Node::open`].
    pub fn open_without_genesis(path: &Path, options: &Options) -> Result<Self> {
        Self::locked(path, options, |path| {
            if path.exists() {
                SqliteStore::open(path)
            } else {
                SqliteStore::create(path)
            }
        })
    }

    /// Makes a new database with an empty journal.
    ///
    /// # Errors
    /// [`store::Error::Exists`], and as for [`Node::open`].
    pub fn create_empty(path: &Path, options: &Options) -> Result<Self> {
        Self::locked(path, options, SqliteStore::create)
    }

    fn locked(path: &Path, options: &Options, open: impl Fn(&Path) -> store::Result<SqliteStore>) -> Result<Self> {
        let lock = Lock::take(path)?;
        let mut node = Self::over(Box::new(open(path)?), options)?;
        node._lock = Some(lock);
        Ok(node)
    }

    /// A node over any database; an empty journal stays empty.
    ///
    /// # Errors
    /// As for [`Node::open`].
    pub fn over(store: Box<dyn HostStore>, options: &Options) -> Result<Self> {
        let head = store::head_of(&*store)?;
        let state = State::new(store, options.cache_bytes);
        let engine = engine::make_with(options.engine, options.module.as_deref(), &state, options.limits)?;
        let mut node = Self {
            engine,
            reader: Reader { state },
            head,
            batch_entries_max: options.batch_entries_max.max(1),
            upgrades: Upgrades::new(options.module.as_deref()),
            stopped: None,
            sequencer: options.sequencer.clone(),
            clock_fault: options.clock_fault.clone(),
            open: None,
            _lock: None,
        };
        if node.head.is_some() {
            node.upgrades.load(|name, input| node.reader.query(name, input))?;
        }
        Ok(node)
    }

    /// Writes the first entry and commits it.
    ///
    /// # Errors
    /// [`Error::NotBegun`] when it is refused.
    pub fn begin(&mut self, options: &Options) -> Result<Outcome> {
        let outcome = self.apply(&options.network.genesis_entry()?)?;
        self.commit()?;
        Ok(outcome)
    }

    /// Applies a command as the next entry. The outcome counts after the next commit.
    ///
    /// # Errors
    /// When there is no outcome: then nothing of the entry is kept, and the node takes no more of them.
    pub fn submit(&mut self, height: u64, time_ms: u64, command: Command) -> Result<Outcome> {
        let seq = self.next_seq();
        self.apply(&Entry {
            seq,
            height,
            time_ms,
            command,
        })
    }

    /// [`Node::submit`], where a refused command leaves nothing: its entry is not of the journal.
    fn offer(&mut self, height: u64, time_ms: u64, command: Command) -> Result<Outcome> {
        let seq = self.next_seq();
        let entry = Entry {
            seq,
            height,
            time_ms,
            command,
        };
        self.checked(&entry, false)
    }

    /// Applies an entry that has its number already: one of a journal.
    ///
    /// # Errors
    /// As for [`Node::submit`]; `invariant` when it is not the next one.
    pub fn apply(&mut self, entry: &Entry) -> Result<Outcome> {
        let outcome = self.checked(entry, true)?;
        self.commit_if_full()?;
        Ok(outcome)
    }

    fn commit_if_full(&mut self) -> Result<()> {
        if self.reader.state.lock().waiting() >= self.batch_entries_max {
            self.commit()?;
        }
        Ok(())
    }

    fn checked(&mut self, entry: &Entry, keeps_refused: bool) -> Result<Outcome> {
        for (what, number) in [("height", entry.height), ("time_ms", entry.time_ms)] {
            if number > JSON_INT_MAX {
                return Err(Error::OutOfRange { what });
            }
        }
        if let Some(why) = &self.stopped {
            return Err(Error::Stopped(why.clone()));
        }
        self.upgrades.check(entry.height)?;
        self.apply_checked(entry, keeps_refused).inspect_err(|error| {
            if !matches!(error, Error::NotBegun { .. }) {
                self.stopped = Some(error.to_string());
            }
        })
    }

    fn apply_checked(&mut self, entry: &Entry, keeps_refused: bool) -> Result<Outcome> {
        let encoded = cbor::to_vec(entry)?;
        let answer = self.engine.apply(&encoded)?;
        let mut outcome: Outcome = cbor::from_slice(&answer)
            .map_err(|error| aicf_core::Error::invariant(&format!("an outcome that does not read back: {error}")))?;
        if outcome.seq != entry.seq {
            return Err(aicf_core::Error::invariant("an outcome of another entry").into());
        }
        if self.head.is_none() && outcome.status != Status::Ok {
            return Err(Error::NotBegun {
                status: outcome.status.as_str(),
                message: outcome.message,
            });
        }
        if outcome.status != Status::Ok && !keeps_refused {
            outcome.writes.clear();
            outcome.events.clear();
            return Ok(outcome);
        }
        let sealed = match &entry.command {
            Command::Seal(seal) if outcome.status == Status::Ok => Some(seal.number),
            _ => None,
        };
        let row = JournalRow {
            seq: entry.seq,
            entry: encoded,
            status: outcome.status.number(),
            state_root: outcome.state_root.0,
        };
        let events = events::rows(entry.seq, &outcome.events)?;
        let writes = std::mem::take(&mut outcome.writes);
        {
            let mut overlay = self.reader.state.lock();
            let changes = writes
                .into_iter()
                .map(|(key, value)| (key.0, value.map(|value| value.0)));
            if let Some(number) = sealed {
                overlay.seals(number, row.seq);
            }
            overlay.accept(row, changes, events);
        }
        self.head = self.reader.head()?;
        if Upgrades::changed_by(&outcome.events) {
            self.upgrades.load(|name, input| self.reader.query(name, input))?;
        }
        Ok(outcome)
    }

    /// Entries that wait for a commit.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.reader.state.lock().waiting()
    }

    /// Forgets what is applied and not committed.
    ///
    /// # Errors
    /// The database's.
    pub fn discard(&mut self) -> Result<()> {
        self.open = None;
        self.reader.state.lock().discard();
        self.head = self.reader.head()?;
        self.upgrades.load(|name, input| self.reader.query(name, input))
    }

    /// Seals the open batch and writes everything since the last commit to the database: afterwards it survives a loss
    /// of power.
    ///
    /// # Errors
    /// The database's; nothing is lost then, and it can be tried again.
    pub fn commit(&mut self) -> Result<()> {
        self.seal()?;
        Ok(self.reader.state.lock().commit()?)
    }

    /// Why nothing more is applied, if that is so.
    #[must_use]
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Applies nothing more; what is committed stays and can be read.
    pub fn stop(&mut self, why: &Error) {
        self.stopped.get_or_insert_with(|| why.to_string());
    }

    /// The number that the next entry gets.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.seq + 1)
    }

    /// The last entry, committed or not; `None` before the first one.
    #[must_use]
    pub const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Answers a query on the state, with what is not committed yet.
    ///
    /// # Errors
    /// The query's own, and the database's.
    pub fn query(&self, name: &str, input: &serde_json::Value) -> Result<serde_json::Value> {
        self.reader.query(name, input)
    }

    /// What can be read.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }
}

/// What can be read of a node: its state through queries, and its journal.
pub struct Reader {
    state: State,
}

impl Reader {
    /// Opens a database to read what is committed now. Nothing keeps another process from writing.
    ///
    /// # Errors
    /// [`store::Error::NotInitialised`] where there is none, or an empty one.
    pub fn open(path: &Path) -> Result<Self> {
        let store = SqliteStore::open_read(path)?;
        if store::head_of(&store)?.is_none() {
            return Err(store::Error::NotInitialised {
                path: path.to_path_buf(),
            }
            .into());
        }
        Ok(Self {
            state: State::new(Box::new(store), CACHE_BYTES),
        })
    }

    /// The last entry.
    ///
    /// # Errors
    /// The database's.
    pub fn head(&self) -> Result<Option<Head>> {
        Ok(match self.state.read(&store::head_key())? {
            Some(bytes) => Some(cbor::from_slice(&bytes)?),
            None => None,
        })
    }

    /// The resolved network document that the journal began with; `None` before the first entry.
    ///
    /// # Errors
    /// The database's.
    pub fn network(&self) -> Result<Option<NetworkHeader>> {
        Ok(match self.state.read(&Key::new(Table::NetworkDocument).bytes())? {
            Some(bytes) => Some(cbor::from_slice(&bytes)?),
            None => None,
        })
    }

    /// Compares what was given of a network with the one that the journal began with.
    ///
    /// # Errors
    /// [`Error::OtherNetwork`]; `invariant` before the first entry.
    pub fn check_network(&self, given: &NetworkHeader, check: Check) -> Result<()> {
        let Some(found) = self.network()? else {
            return Err(aicf_core::Error::invariant("a journal without its network document").into());
        };
        let mut differences = network::differences(given, &found);
        differences.retain(|(field, ..)| check.concerns(field));
        if differences.is_empty() {
            Ok(())
        } else {
            Err(Error::OtherNetwork { differences })
        }
    }

    /// Answers a query of the core's [`query::QUERIES`].
    ///
    /// # Errors
    /// The query's own, and the database's.
    pub fn query(&self, name: &str, input: &serde_json::Value) -> Result<serde_json::Value> {
        let answer = query::query(&self.state, name, input.to_string().as_bytes());
        let answer = answer.map_err(|error| match self.state.take_failure() {
            Some(failure) => Error::from(failure),
            None => error.into(),
        })?;
        serde_json::from_slice(&answer).map_err(|error| {
            aicf_core::Error::invariant(&format!("the answer of the query {name} is no JSON: {error}")).into()
        })
    }

    /// Every page of a list query, as one list.
    ///
    /// # Errors
    /// As for [`Reader::query`].
    pub fn query_all(&self, name: &str, input: &serde_json::Value) -> Result<Vec<serde_json::Value>> {
        let mut input = input.clone();
        let mut all = Vec::new();
        loop {
            input["limit"] = aicf_core::limits::PAGE_ROWS_MAX.into();
            let mut page = self.query(name, &input)?;
            if let Some(items) = page.get_mut("items").and_then(serde_json::Value::as_array_mut) {
                all.append(items);
            }
            match page.get("next") {
                Some(next) if next.is_string() => input["after"] = next.clone(),
                _ => return Ok(all),
            }
        }
    }

    /// The state itself, for what no query answers.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Calls a function with every line of the journal that is committed, in order.
    ///
    /// # Errors
    /// The database's, and the function's.
    pub fn each_line<E: From<Error>>(
        &self,
        each: impl FnMut(&JournalRow) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.each_line_from(0, each)
    }

    /// [`Reader::each_line`], beginning with a number.
    ///
    /// # Errors
    /// As for [`Reader::each_line`].
    pub fn each_line_from<E: From<Error>>(
        &self,
        mut from: u64,
        mut each: impl FnMut(&JournalRow) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        const PAGE: usize = 256;
        loop {
            // The lock is given up between pages: what is called may read, too.
            let page = {
                let overlay: MutexGuard<'_, store::Overlay> = self.state.lock();
                overlay.base().journal(from, PAGE).map_err(Error::from)?
            };
            page.iter().try_for_each(&mut each)?;
            match page.last() {
                Some(last) if page.len() == PAGE => from = last.seq + 1,
                _ => return Ok(()),
            }
        }
    }
}
