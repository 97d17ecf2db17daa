//! A node that follows a sequencer: it applies the same blocks and batches in the order that the batches fix, and
//! compares its state root after each of them. Batches come from another node, which may be a replica itself, or from a
//! file of JSON lines.

use super::blocks::{Followed, Seen};
use super::comparison::{ANSWER_TIMEOUT, Comparison, Range};
use crate::error::{Error, Result};
use crate::node::divergence::ChangedEntry;
use crate::node::{Divergence, Node, SealedBatch};
use aicf_core::codec::{de, json};
use aicf_core::engine::rows::SealedRow;
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::value::Hash32;
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

/// Most batches of one question.
const BATCHES_MAX: u64 = 256;
/// Between two questions where nothing is new, and after one that failed.
const POLL: Duration = Duration::from_millis(25);
const POLL_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Entries after which a replica that catches up commits.
const COMMIT_ENTRIES: usize = 1_000;

/// Gives batches from a number on, at most so many; none where there is no other one yet.
pub trait BatchSource: Send {
    /// Batches of these numbers, without a gap.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn batches(&mut self, from: u64, limit: u64) -> Result<Vec<SealedBatch>>;

    /// The row changes of these entries, as far as the source still has them; `None` from a source that keeps none.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn changes(&mut self, range: Range) -> Result<Option<Vec<ChangedEntry>>> {
        let _ = range;
        Ok(None)
    }
}

/// Batches in a file of JSON lines, as `aicf batches export` writes them.
pub struct BatchFile {
    path: PathBuf,
}

impl BatchFile {
    /// A file; it may grow.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

/// A batch from its JSON.
///
/// # Errors
/// The parser's, with the path of the field.
pub fn batch_from_json(text: &[u8]) -> aicf_core::Result<SealedBatch> {
    json::parse(text, JSON_DEPTH_MAX).and_then(|tree| de::from_tree(&tree))
}

impl BatchSource for BatchFile {
    fn batches(&mut self, from: u64, limit: u64) -> Result<Vec<SealedBatch>> {
        let failed = |error: std::io::Error| Error::Chain(format!("{}: {error}", self.path.display()));
        let mut lines = BufReader::new(std::fs::File::open(&self.path).map_err(failed)?);
        let mut found = Vec::new();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            lines.read_until(b'\n', &mut line).map_err(failed)?;
            if line.pop() != Some(b'\n') {
                break;
            }
            let batch = batch_from_json(&line)
                .map_err(|error| Error::Chain(format!("{}: line {number}: {error}", self.path.display())))?;
            if batch.seal.number >= from {
                found.push(batch);
            }
            if found.len() as u64 >= limit {
                break;
            }
        }
        Ok(found)
    }
}

/// A node that batches are fetched from.
#[cfg(feature = "net")]
pub struct BatchNode {
    url: String,
    agent: ureq::Agent,
}

#[cfg(feature = "net")]
impl BatchNode {
    /// Most bytes of an answer.
    const ANSWER_BYTES_MAX: u64 = 64 << 20;
    /// How long one question may take.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// A node at an `http://` or `https://` address.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            agent: crate::net::agent(Self::TIMEOUT),
        }
    }

    /// Calls a method and gives the text of its answer.
    ///
    /// # Errors
    /// [`Error::Chain`] when there is no answer.
    pub fn ask(&self, request: &str) -> Result<Vec<u8>> {
        let failed = |error: ureq::Error| Error::Chain(format!("{}: {error}", self.url));
        let mut answer = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .send(request)
            .map_err(failed)?;
        answer
            .body_mut()
            .with_config()
            .limit(Self::ANSWER_BYTES_MAX)
            .read_to_vec()
            .map_err(failed)
    }
}

#[cfg(feature = "net")]
impl BatchNode {
    fn broken(&self, what: &str) -> Error {
        Error::Chain(format!("{}: {what}", self.url))
    }

    /// The `items` of a list.
    fn list(&self, method: &str, params: &serde_json::Value) -> Result<Vec<serde_json::Value>> {
        let request = serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let text = self.ask(&request.to_string())?;
        let mut answer: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| self.broken(&format!("no JSON: {error}")))?;
        if let Some(error) = answer.get("error") {
            return Err(self.broken(&format!("{method}: {error}")));
        }
        match answer["result"]["items"].take() {
            serde_json::Value::Array(items) => Ok(items),
            _ => Err(self.broken(&format!("{method}: no items"))),
        }
    }
}

#[cfg(feature = "net")]
impl BatchSource for BatchNode {
    fn batches(&mut self, from: u64, limit: u64) -> Result<Vec<SealedBatch>> {
        let items = self.list(
            "aicf.listBatches",
            &serde_json::json!({"from_number": from, "limit": limit}),
        )?;
        let read = |item: &serde_json::Value| {
            batch_from_json(item.to_string().as_bytes()).map_err(|error| self.broken(&format!("no batch: {error}")))
        };
        items.iter().map(read).collect()
    }

    fn changes(&mut self, range: Range) -> Result<Option<Vec<ChangedEntry>>> {
        let started = Instant::now();
        let mut found: Vec<ChangedEntry> = Vec::new();
        let mut from_seq = range.from_seq;
        while from_seq <= range.last_seq && started.elapsed() < ANSWER_TIMEOUT {
            let items = self.list("aicf.listChanges", &serde_json::json!({"from_seq": from_seq}))?;
            let read = |item: &serde_json::Value| {
                json::parse(item.to_string().as_bytes(), JSON_DEPTH_MAX)
                    .and_then(|tree| de::from_tree::<ChangedEntry>(&tree))
                    .map_err(|error| self.broken(&format!("no entry: {error}")))
            };
            let page: Vec<ChangedEntry> = items.iter().map(read).collect::<Result<_>>()?;
            let Some(last) = page.last().filter(|last| last.seq >= from_seq) else {
                break;
            };
            from_seq = last.seq + 1;
            found.extend(page);
        }
        Ok(Some(found))
    }
}

/// What the thread is asked for.
enum Question {
    /// Batches from a number on.
    Batches(u64),
    /// The row changes of entries.
    Changes(Range),
}

/// What it answers.
enum Answer {
    Batches(Result<Vec<SealedBatch>>),
    Changes(Result<Option<Vec<ChangedEntry>>>),
}

/// The sequencer that is followed, asked on a thread of its own.
pub struct Upstream {
    ask: Sender<Question>,
    answers: Receiver<Answer>,
    asked: bool,
    ask_at: Instant,
    waiting: VecDeque<SealedBatch>,
    last_known: u64,
    /// Whether the batch that was asked for is to be compared with the node's own of that number.
    compares: bool,
    /// Whether each batch has a commit of its own: after one of several that were applied together failed.
    one_by_one: bool,
    /// Why the last question had no answer; it holds until one has.
    fault: Option<Error>,
    /// The database; reports and evidence have its name with an ending.
    database: PathBuf,
    /// After a batch that this node computed otherwise.
    comparison: Option<Comparison>,
}

impl Upstream {
    /// Follows a source; `wake` is called after each of its answers. Two batches of one number under one key are written
    /// to `DATABASE.equivocation.jsonl`, the report of a divergence to `DATABASE.divergence.json`.
    ///
    /// # Errors
    /// [`Error::Config`] when the system has no thread.
    pub fn start(mut source: Box<dyn BatchSource>, database: &Path, wake: impl Fn() + Send + 'static) -> Result<Self> {
        let (ask, asked) = channel::<Question>();
        let (answer, answers) = channel();
        std::thread::Builder::new()
            .name("batches".into())
            .spawn(move || {
                while let Ok(question) = asked.recv() {
                    let found = match question {
                        Question::Batches(from) => Answer::Batches(source.batches(from, BATCHES_MAX)),
                        Question::Changes(range) => Answer::Changes(source.changes(range)),
                    };
                    if answer.send(found).is_err() {
                        return;
                    }
                    wake();
                }
            })
            .map_err(|error| Error::Config(format!("no thread for the sequencer: {error}")))?;
        Ok(Self {
            ask,
            answers,
            asked: false,
            ask_at: Instant::now(),
            waiting: VecDeque::new(),
            last_known: 0,
            compares: false,
            one_by_one: false,
            fault: None,
            database: database.to_path_buf(),
            comparison: None,
        })
    }

    /// The number of the newest batch that was fetched.
    #[must_use]
    pub const fn last_known(&self) -> u64 {
        self.last_known
    }

    fn receive(&mut self, node: &Node) -> Result<()> {
        let Ok(Answer::Batches(answer)) = self.answers.try_recv() else {
            return Ok(());
        };
        self.asked = false;
        self.fault = None;
        match answer {
            Ok(batches) => {
                if batches.is_empty() {
                    self.ask_at = Instant::now() + POLL;
                }
                self.last_known = batches.last().map_or(self.last_known, |batch| batch.seal.number);
                if std::mem::take(&mut self.compares) {
                    return self.compare(node, batches.into_iter().next());
                }
                self.waiting.extend(batches);
                Ok(())
            }
            Err(error) => {
                self.ask_at = Instant::now() + POLL_AFTER_ERROR;
                self.fault = Some(error);
                Ok(())
            }
        }
    }

    /// Another batch under the number of the node's last one: signed by the network's key it is evidence against it.
    fn compare(&mut self, node: &Node, other: Option<SealedBatch>) -> Result<()> {
        let (Some(last), Some(other)) = (node.reader().last_sealed()?, other) else {
            return Ok(());
        };
        let number = last.number;
        let bad = |what: &str| Error::BadBatch {
            number: number + 1,
            what: what.to_owned(),
        };
        other.check()?;
        let keys = node.reader().sequencers(other.seal.block_height)?;
        if other.seal.number != number || other.hash == last.hash || !other.is_signed_by(&keys) {
            self.ask_at = Instant::now() + POLL_AFTER_ERROR;
            return Err(bad("it does not follow the batch that this node applied"));
        }
        let own = node.reader().batches(number, 1)?;
        let lines: String = own
            .iter()
            .chain([&other])
            .map(|batch| json::to_string(batch).map(|line| line + "\n"))
            .collect::<aicf_core::Result<_>>()?;
        let evidence = self.file(".equivocation.jsonl");
        std::fs::write(&evidence, lines).map_err(|error| Error::Chain(format!("{}: {error}", evidence.display())))?;
        Err(Error::Equivocation {
            number,
            applied: last.hash.to_string(),
            other: other.hash.to_string(),
        })
    }

    /// A file beside the database.
    fn file(&self, ending: &str) -> PathBuf {
        let mut name = self.database.as_os_str().to_owned();
        name.push(ending);
        name.into()
    }

    /// Takes this node's part of a divergence and asks for the other one. The report so far.
    fn diverged(&mut self, node: &Node, agreed: u64, divergence: Divergence) -> Result<Error> {
        let comparison = Comparison::begin(node, agreed, divergence, self.file(".divergence.json"))?;
        let _ = self.ask.send(Question::Changes(comparison.range()));
        let so_far = comparison.error();
        self.comparison = Some(comparison);
        Ok(so_far)
    }

    /// The report of a divergence: the final one where the answer has come or does not come any more.
    fn compared(&mut self, node: &Node) -> Option<Error> {
        let comparison = self.comparison.take()?;
        Some(match self.answers.try_recv() {
            Ok(Answer::Changes(theirs)) => comparison.end(node, theirs),
            Err(TryRecvError::Disconnected) => comparison.unknown("the thread that asks has ended".to_owned()),
            _ if comparison.is_late() => comparison.unknown(format!(
                "the followed node did not answer within {} s",
                ANSWER_TIMEOUT.as_secs()
            )),
            // Batches that were asked for before are of no use any more.
            _ => {
                let so_far = comparison.error();
                self.comparison = Some(comparison);
                so_far
            }
        })
    }

    /// Batches are fetched again after an error of one of them.
    fn again(&mut self, error: Error) -> Error {
        self.waiting.clear();
        self.ask_at = Instant::now() + POLL_AFTER_ERROR;
        self.fault = Some(error.again());
        error
    }

    /// Applies what the next batch needs: a block, or the batch itself. How long to wait until the next look.
    ///
    /// # Errors
    /// The source's and the chain's; [`Error::Diverged`], [`Error::Equivocation`].
    pub fn look(&mut self, node: &mut Node, chain: Option<&mut Followed>, seen: Seen<'_>) -> Result<Duration> {
        if let Some(diverged) = self.compared(node) {
            return Err(diverged);
        }
        self.receive(node)?;
        let last = node.reader().last_sealed()?;
        let done = last.as_ref().map_or(0, |last| last.number);
        while self.waiting.front().is_some_and(|batch| batch.seal.number <= done) {
            self.waiting.pop_front();
        }
        let Some(batch) = self.waiting.front() else {
            if !self.asked && self.ask_at <= Instant::now() {
                self.asked = self.ask.send(Question::Batches(done + 1)).is_ok();
            }
            return self.fault.as_ref().map_or(Ok(POLL), |fault| Err(fault.again()));
        };
        if let Some(last) = &last
            && batch.seal.number == done + 1
            && batch.seal.previous != last.hash
        {
            // It follows another batch of that number: which one?
            self.waiting.clear();
            self.compares = !self.asked && self.ask.send(Question::Batches(done)).is_ok();
            self.asked |= self.compares;
            return Ok(POLL);
        }
        let mut chain = chain;
        if let Err(error) = follows(node, batch, last.as_ref()) {
            return Err(self.again(error));
        }
        let keys = node.reader().sequencers(batch.seal.block_height)?;
        if !batch.is_signed_by(&keys) {
            // The key may be one that a block before the batch's brings.
            let brings = match &mut chain {
                Some(chain) => chain.brings_keys(node, batch.seal.block_height, |keys| batch.is_signed_by(keys))?,
                None => false,
            };
            if !brings {
                let number = batch.seal.number;
                let what = "no sequencer key of the network has signed it".to_owned();
                return Err(self.again(Error::BadBatch { number, what }));
            }
        }
        let block = node.reader().last_block()?.map(|block| block.height);
        let names_block = batch.seal.block_hash != aicf_core::value::Hash32::ZERO;
        if names_block && block.is_none_or(|block| block < batch.seal.block_height) {
            let Some(chain) = chain else {
                return Err(Error::Chain(format!(
                    "batch {done} and its successor stand on block {}: give the chain with --chain-source",
                    batch.seal.block_height
                )));
            };
            let applied = chain.apply_next(node, seen)?;
            return Ok(applied.unwrap_or_else(|| chain.poll().min(POLL)));
        }
        self.apply(node, done, seen)
    }

    /// Applies the batches that wait and stand on the node's last block, and commits them together: a replica that
    /// catches up pays for one commit where its sequencer paid for many.
    fn apply(&mut self, node: &mut Node, done: u64, seen: Seen<'_>) -> Result<Duration> {
        let mut told = Vec::new();
        let mut count = 0;
        let applied = loop {
            let Some(batch) = self.waiting.pop_front() else {
                break Ok(());
            };
            if let Err(error) = node.replay_batch(&batch, &mut |moment, outcome| told.push((moment, outcome))) {
                break Err(error);
            }
            count += 1;
            let follows = |next: &SealedBatch| {
                let (last, next) = (&batch.seal, &next.seal);
                (next.number, next.previous) == (last.number + 1, batch.hash)
                    && (next.block_height, next.block_hash) == (last.block_height, last.block_hash)
            };
            if self.one_by_one || node.waiting() >= COMMIT_ENTRIES || !self.waiting.front().is_some_and(follows) {
                break Ok(());
            }
        };
        match applied.and_then(|()| node.commit()) {
            Ok(()) => {
                self.one_by_one = false;
                for (moment, outcome) in &told {
                    seen(*moment, outcome, Duration::ZERO);
                }
                Ok(Duration::ZERO)
            }
            Err(error) => {
                node.discard()?;
                self.waiting.clear();
                if count > 0 && node.stopped().is_none() {
                    // Those before it are fetched again and committed, so that the report is of this one alone.
                    self.one_by_one = true;
                    return Ok(Duration::ZERO);
                }
                match error {
                    Error::Diverged(divergence) => Err(self.diverged(node, done, *divergence)?),
                    error => Err(self.again(error)),
                }
            }
        }
    }
}

/// Whether a batch is the network's next one. Blocks are applied for such a batch only: those of another one would pass the
/// place of the batch that is missing.
fn follows(node: &Node, batch: &SealedBatch, last: Option<&SealedRow>) -> Result<()> {
    let bad = |what: String| Error::BadBatch {
        number: batch.seal.number,
        what,
    };
    batch.check()?;
    let network_id = node.reader().network_row()?.network_id;
    if batch.network_id != network_id {
        return Err(bad(format!("it belongs to network {}", batch.network_id)));
    }
    let (number, hash) = last.map_or((0, Hash32::ZERO), |last| (last.number, last.hash));
    if (batch.seal.number, batch.seal.previous) != (number + 1, hash) {
        return Err(bad(format!("it does not follow batch {number} with hash {hash}")));
    }
    Ok(())
}
