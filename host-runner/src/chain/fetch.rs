//! A chain's final blocks, fetched on a thread of their own: a chain that does not answer is in nobody's way.

use super::{Block, ChainSource};
use crate::error::{Error, Result};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

/// Most blocks of one answer, and the transactions and proofs after which no other block is added.
const BLOCKS_MAX: u64 = 64;
const ITEMS_MAX: usize = 20_000;

/// A chain that is asked elsewhere: of a follower that is given its blocks.
#[derive(Clone, Copy, Debug)]
pub struct Detached;

impl ChainSource for Detached {
    fn head(&mut self) -> Result<Option<u64>> {
        Ok(None)
    }
    fn block(&mut self, _: u64) -> Result<Option<Block>> {
        Ok(None)
    }
}

/// A question: final blocks from a height on.
struct Ask {
    next: u64,
    depth: u64,
}

/// What a chain answered.
#[derive(Debug)]
pub struct Fetched {
    /// The height of its newest block; none before the first one.
    pub head: Option<u64>,
    /// Final blocks from the asked height on, without a gap; none where no other one is final.
    pub blocks: Vec<Block>,
    /// Why there are no more of them, where that is not their finality.
    pub error: Option<Error>,
}

/// A chain that is asked in the background, one question at a time.
pub struct Fetcher {
    ask: Sender<Ask>,
    answers: Receiver<Fetched>,
    waiting: bool,
}

impl Fetcher {
    /// Asks a chain; `wake` is called after each answer. The thread ends after the question that is under way when the
    /// fetcher is dropped; nobody waits for it.
    ///
    /// # Errors
    /// [`Error::Config`] when the system has no thread.
    pub fn start(mut source: Box<dyn ChainSource + Send>, wake: impl Fn() + Send + 'static) -> Result<Self> {
        let (ask, asked) = channel::<Ask>();
        let (answer, answers) = channel();
        std::thread::Builder::new()
            .name("chain".into())
            .spawn(move || {
                while let Ok(Ask { next, depth }) = asked.recv() {
                    if answer.send(fetch(&mut *source, next, depth)).is_err() {
                        return;
                    }
                    wake();
                }
            })
            .map_err(|error| Error::Config(format!("no thread for the chain: {error}")))?;
        Ok(Self {
            ask,
            answers,
            waiting: false,
        })
    }

    /// Asks for final blocks from a height on, unless a question is under way. Whether it was asked.
    pub fn ask(&mut self, next: u64, depth: u64) -> bool {
        if self.waiting {
            return false;
        }
        self.waiting = self.ask.send(Ask { next, depth }).is_ok();
        self.waiting
    }

    /// The answer to the last question, once there is one.
    pub fn answer(&mut self) -> Option<Fetched> {
        match self.answers.try_recv() {
            Ok(fetched) => {
                self.waiting = false;
                Some(fetched)
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.waiting = false;
                Some(Fetched {
                    head: None,
                    blocks: Vec::new(),
                    error: Some(Error::Chain("the thread that asks the chain has ended".into())),
                })
            }
        }
    }
}

fn fetch(source: &mut dyn ChainSource, next: u64, depth: u64) -> Fetched {
    let mut fetched = Fetched {
        head: None,
        blocks: Vec::new(),
        error: None,
    };
    match source.head() {
        Ok(head) => fetched.head = head,
        Err(error) => {
            fetched.error = Some(error);
            return fetched;
        }
    }
    let Some(last_final) = fetched.head.and_then(|head| head.checked_sub(depth)) else {
        fetched.error = source.fault().err();
        return fetched;
    };
    let end = last_final.min(next.saturating_add(BLOCKS_MAX - 1));
    let mut items = 0;
    for height in next..=end {
        if items > ITEMS_MAX {
            break;
        }
        match source.block(height) {
            Ok(Some(block)) => {
                items += block.transactions.len() + block.proofs.len();
                fetched.blocks.push(block);
            }
            Ok(None) => {
                let head = fetched.head.unwrap_or_default();
                fetched.error = Some(Error::Chain(format!(
                    "the chain has a block {head} and no block {height}"
                )));
                return fetched;
            }
            Err(error) => {
                fetched.error = Some(error);
                return fetched;
            }
        }
    }
    if fetched.blocks.is_empty() {
        fetched.error = source.fault().err();
    }
    fetched
}
