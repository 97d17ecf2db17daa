use super::super::feed::{Feed, Next};
use super::super::inbox::{Inbox, Work, start_keeper};
use super::super::metrics::Metrics;
use super::super::waiting::{self, Left, NoAnswer, Reply, Waiting};
use super::{Answer, Blocks, Clock, Writer};
use crate::engine::Choice;
use crate::node::{Node, Options};
use crate::store::HostStore as _;
use crate::store::SqliteStore;
use crate::store::pending::{PendingFile, PendingStore as _, PendingWrite};
use aicf_core::codec::cbor;
use aicf_core::engine::{Command, Event, Status};
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Text};
use prometheus_client::metrics::gauge::Gauge;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::thread::JoinHandle;

fn options() -> Options {
    let policy = Policy::parse_yaml("registry: {min_stake: {ai: \"1000\"}}").unwrap();
    let mut options = Options::new(crate::network::devnet(Some(policy), None, None).unwrap());
    options.engine = Choice::Native;
    options
}

fn writer_of(database: &Path, options: &Options, clock: Clock) -> Writer {
    Writer {
        node: Node::open(database, options).unwrap(),
        blocks: Blocks::None,
        upstream: None,
        feed: Arc::new(Feed::new(16, None)),
        metrics: Arc::new(Metrics::new()),
        clock,
        untold: Vec::new(),
        put_off: VecDeque::new(),
    }
}

fn writer(database: &Path) -> Writer {
    writer_of(database, &options(), Arc::new(|| 5))
}

fn beat() -> Command {
    Command::Heartbeat {
        provider_id: Text::new("nobody").unwrap(),
        beat: None,
        load_ppm: None,
        free: None,
    }
}

fn register(id: &str) -> Command {
    let text = format!(r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": []}}}}"#);
    let tree = aicf_core::codec::json::parse(text.as_bytes(), 64).unwrap();
    aicf_core::codec::de::from_tree(&tree).unwrap()
}

fn reply_of(left: Left) -> Reply {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(left.answer).unwrap()
}

fn applied(left: Left) -> Answer {
    match reply_of(left) {
        Ok(waiting::Outcome::Applied(answer)) => Answer::clone(&answer),
        other => panic!("{other:?}"),
    }
}

fn end((inbox, thread): (Inbox, JoinHandle<()>)) {
    inbox.stop();
    thread.join().unwrap();
}

fn entries(database: &Path) -> u64 {
    writer(database).node.next_seq()
}

fn places(database: &Path) -> Vec<u64> {
    let rows = PendingFile::open(database).unwrap().list().unwrap();
    rows.iter().map(|row| row.place).collect()
}

/// A process up to the moment at which its writer would begin: what it keeps survives it.
struct Dying {
    inbox: Inbox,
    queue: Receiver<Work>,
    keeper: Option<JoinHandle<()>>,
}

impl Dying {
    fn start(node: &Node, file: PendingFile, next: u64) -> Self {
        let (sender, queue) = sync_channel(8);
        let (keeper, asked) = channel();
        let waiting = Arc::new(Waiting::new(next, keeper, Gauge::default()));
        let network_id = node.reader().network_row().unwrap().network_id;
        Self {
            keeper: Some(start_keeper(Box::new(file), asked, &waiting).unwrap()),
            inbox: Inbox::new(network_id, waiting, sender),
            queue,
        }
    }

    /// Leaves a write and has it kept.
    fn keep(&self, command: Command) -> (Hash32, Reply) {
        let left = self.inbox.leave(command).unwrap();
        let ticket = left.ticket;
        self.inbox.waiting.keep(&ticket);
        (ticket, reply_of(left))
    }
}

impl Drop for Dying {
    fn drop(&mut self) {
        self.inbox.waiting.close("the process died");
        self.keeper.take().unwrap().join().unwrap();
    }
}

/// Writes that were kept are applied by the next process, in their order, once; what was answered is not applied again.
#[test]
fn kept_writes_are_applied_once_whatever_ends_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let first = writer(&database);
    let dying = Dying::start(&first.node, PendingFile::open(&database).unwrap(), 1);
    let tickets: Vec<Hash32> = ["p1", "p2", "p3"]
        .into_iter()
        .map(|id| {
            let (ticket, reply) = dying.keep(register(id));
            assert!(matches!(reply, Ok(waiting::Outcome::Kept)), "{reply:?}");
            ticket
        })
        .collect();
    drop(dying);
    drop(first);
    assert_eq!(places(&database), [1, 2, 3]);

    let next = writer(&database);
    let feed = Arc::clone(&next.feed);
    let started = next.start(&database, 8).unwrap();
    assert_eq!(started.0.waiting.pending(), 0);
    let Next::Lines(told) = feed.after(None, 10) else {
        panic!("those who follow are told")
    };
    let registered: Vec<_> = told.iter().filter(|line| line.topic == "providerRegistered").collect();
    assert_eq!(registered.len(), 3);
    end(started);
    assert_eq!(entries(&database), 5, "genesis, three writes and their seal");
    assert_eq!(places(&database), [] as [u64; 0]);

    // A removal that did not happen: the rows are there again, and skipped.
    let rows: Vec<PendingWrite> = (1..)
        .zip(&tickets)
        .map(|(place, ticket)| PendingWrite {
            place,
            ticket: *ticket,
            command: cbor::to_vec(&register(&format!("p{place}"))).unwrap(),
        })
        .collect();
    PendingFile::open(&database).unwrap().append(&rows).unwrap();
    end(writer(&database).start(&database, 8).unwrap());
    assert_eq!(entries(&database), 5);
    assert_eq!(places(&database), [] as [u64; 0]);
    let store = SqliteStore::open_read(&database).unwrap();
    for (seq, ticket) in (1..).zip(&tickets) {
        let outcome = store.ticket(ticket).unwrap().unwrap();
        assert_eq!((outcome.seq, outcome.status), (Some(seq), Status::Ok.number()));
    }
}

/// The status of a write that the engine refuses after a restart is the answer of its ticket.
#[test]
fn a_refusal_after_a_restart_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let first = writer(&database);
    let dying = Dying::start(&first.node, PendingFile::open(&database).unwrap(), 1);
    let (ticket, _) = dying.keep(beat());
    drop((dying, first));
    end(writer(&database).start(&database, 8).unwrap());
    let outcome = SqliteStore::open_read(&database)
        .unwrap()
        .ticket(&ticket)
        .unwrap()
        .unwrap();
    assert_eq!((outcome.seq, outcome.status), (None, Status::UnknownProvider.number()));
    assert!(outcome.message.contains("nobody"), "{}", outcome.message);
    assert_eq!(entries(&database), 1);
}

/// The same unsigned message after its outcome is a write of its own, with a new place; its outcome replaces the earlier.
#[test]
fn a_message_that_is_sent_again_after_its_outcome_is_applied_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut seqs = Vec::new();
    let mut tickets = Vec::new();
    for round in 1..=2_u64 {
        let this = writer(&database);
        let next = this.node.reader().state().lock().base().last_place().unwrap() + 1;
        assert_eq!(next, round);
        let dying = Dying::start(&this.node, PendingFile::open(&database).unwrap(), next);
        let (ticket, _) = dying.keep(register("p1"));
        drop((dying, this));
        end(writer(&database).start(&database, 8).unwrap());
        let outcome = SqliteStore::open_read(&database)
            .unwrap()
            .ticket(&ticket)
            .unwrap()
            .unwrap();
        seqs.push(outcome.seq.unwrap());
        tickets.push(ticket);
    }
    assert_eq!(tickets[0], tickets[1]);
    assert_eq!(seqs, [1, 3], "each time an entry and a seal");
}

/// A ticket depends on network and message alone: not on the database, nor on what was written or refused before.
#[test]
fn two_databases_give_one_message_one_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let signed = |nonce| {
        Command::Signed(aicf_core::engine::entry::SignedCommand {
            role: aicf_core::engine::entry::Role::Provider,
            signer: Text::new("p1").unwrap(),
            nonce,
            expires_height: 100,
            command: aicf_core::value::Bytes(cbor::to_vec(&beat()).unwrap()),
            signature: aicf_core::value::Bytes(vec![1; 64]),
        })
    };
    let ticket = |name: &str, refused: usize| {
        let database = folder.path().join(name);
        let started = writer(&database).start(&database, 8).unwrap();
        for _ in 0..refused {
            let refused = applied(started.0.leave(beat()).unwrap());
            assert_eq!((refused.seq, refused.status), (None, Status::UnknownProvider));
        }
        let tickets = [1, 2].map(|nonce| started.0.leave(signed(nonce)).unwrap().ticket);
        end(started);
        tickets
    };
    let (a, b) = (ticket("a.db", 0), ticket("b.db", 3));
    assert_eq!(a, b);
    assert_ne!(a[0], a[1]);
    let mut other = options();
    other.network = crate::network::devnet(None, None, None).unwrap();
    let database = folder.path().join("c.db");
    let other = writer_of(&database, &other, Arc::new(|| 5));
    let network_id = other.node.reader().network_row().unwrap().network_id;
    let on_other = super::ticket_of(&network_id, &cbor::to_vec(&signed(1)).unwrap()).unwrap();
    assert_ne!(on_other, a[0]);
}

/// Applies what is in a queue, as the thread would.
fn run_queue(writer: &mut Writer, dying: &Dying) {
    let mut held: VecDeque<Work> = dying.queue.try_iter().collect();
    writer.batch(&mut held, &dying.queue, &dying.inbox.waiting);
}

/// A full disk: the write is withdrawn and refused; when there is room again, the next one is kept and not lost.
#[test]
fn a_write_that_cannot_be_kept_is_refused_and_not_applied() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut this = writer(&database);
    let file = PendingFile::open(&database).unwrap();
    file.bound(0);
    let dying = Dying::start(&this.node, file, 1);
    let large = |name: &str| {
        let text = format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "{name}", "units": "1", "tier": "free", "fee": "0",
                "attestation_classes": [], "tx_hash": "0x{}", "caller": "0x01", "payload": "0x{}"}}}}"#,
            "11".repeat(32),
            "00".repeat(20_000)
        );
        let tree = aicf_core::codec::json::parse(text.as_bytes(), 64).unwrap();
        aicf_core::codec::de::from_tree::<Command>(&tree).unwrap()
    };
    for name in ["alice", "bob"] {
        let (_, reply) = dying.keep(large(name));
        let Err(NoAnswer::NotKept(error)) = reply else {
            panic!("{reply:?}")
        };
        assert_eq!(error.code(), "pending_full");
    }
    let (small, reply) = dying.keep(register("p3"));
    assert!(matches!(reply, Ok(waiting::Outcome::Kept)), "{reply:?}");
    run_queue(&mut this, &dying);
    assert_eq!(this.node.next_seq(), 3, "genesis, p3 and its seal");
    let outcome = this.node.reader().state().lock().base().ticket(&small).unwrap();
    assert_eq!(outcome.unwrap().seq, Some(1));
    // What was refused can be sent again, and is a new write.
    let left = dying.inbox.leave(large("alice")).unwrap();
    run_queue(&mut this, &dying);
    let again = applied(left);
    assert_eq!(again.status, Status::Ok, "{}", again.message);
    assert_eq!(this.node.next_seq(), 5);
    drop((dying, this));
    end(writer(&database).start(&database, 8).unwrap());
    assert_eq!(entries(&database), 5, "nothing was applied twice");
}

/// The database fails while a batch is written: whether it is there is not known, and nothing else is said.
#[test]
fn a_failed_commit_is_answered_as_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut this = writer(&database);
    let dying = Dying::start(&this.node, PendingFile::open(&database).unwrap(), 1);
    let (kept, _) = dying.keep(register("p1"));
    let (unkept, refused) = (
        dying.inbox.leave(register("p2")).unwrap(),
        dying.inbox.leave(beat()).unwrap(),
    );
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("ALTER TABLE events RENAME TO elsewhere").unwrap();
    run_queue(&mut this, &dying);
    assert!(matches!(reply_of(unkept), Err(NoAnswer::Unknown(_))));
    assert!(matches!(reply_of(refused), Err(NoAnswer::Stopped(_))));
    assert!(this.node.stopped().is_some());
    assert!(dying.inbox.waiting.has(&kept), "its ticket is pending");
    let after = dying.inbox.leave(register("p3")).unwrap();
    run_queue(&mut this, &dying);
    assert!(matches!(reply_of(after), Err(NoAnswer::Stopped(_))));
    drop((dying, this));
    other.execute_batch("ALTER TABLE elsewhere RENAME TO events").unwrap();
    drop(other);
    end(writer(&database).start(&database, 8).unwrap());
    assert_eq!(entries(&database), 3, "genesis, the kept write and its seal");
}

/// A node that cannot admit messages starts all the same; its pending writes wait, are counted, and are applied later.
#[test]
fn pending_writes_wait_for_the_key_and_for_the_clock() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut first = writer(&database);
    let block = Command::Block {
        hash: Hash32([1; 32]),
        parent_hash: Hash32::ZERO,
        beacon: Hash32([2; 32]),
    };
    let now = first.node.head().unwrap().time_ms + 1_000_000;
    let outcome = first.node.submit(1, now, block).unwrap();
    assert_eq!(outcome.status, Status::Ok, "{}", outcome.message);
    first.node.dispatch_block(now).unwrap();
    first.node.commit().unwrap();
    let dying = Dying::start(&first.node, PendingFile::open(&database).unwrap(), 1);
    let (ticket, _) = dying.keep(register("p1"));
    drop((dying, first));

    let mut keyless = options();
    keyless.sequencer = None;
    let right: Clock = Arc::new(move || now);
    let wrong: Clock = Arc::new(move || now + 1_000_000_000);
    for (options, clock) in [(&keyless, &right), (&options(), &wrong)] {
        let this = writer_of(&database, options, Arc::clone(clock));
        let metrics = Arc::clone(&this.metrics);
        let started = this.start(&database, 8).unwrap();
        assert_eq!(started.0.waiting.pending(), 1);
        assert_eq!(metrics.pending_writes.get(), 1);
        assert!(started.0.waiting.has(&ticket));
        // Who sends the message again gets its ticket; another message is refused, because nothing keeps it.
        let again = started.0.leave(register("p1")).unwrap();
        started.0.waiting.keep(&again.ticket);
        assert!(matches!(reply_of(again), Ok(waiting::Outcome::Kept)));
        let other = reply_of(started.0.leave(register("p2")).unwrap());
        assert!(matches!(other, Err(NoAnswer::Failed(_))), "{other:?}");
        end(started);
        assert_eq!(places(&database), [1]);
    }

    // The clock comes right while the node runs.
    let clock = Arc::new(std::sync::atomic::AtomicU64::new(now + 1_000_000_000));
    let read = Arc::clone(&clock);
    let this = writer_of(
        &database,
        &options(),
        Arc::new(move || read.load(std::sync::atomic::Ordering::SeqCst)),
    );
    let feed = Arc::clone(&this.feed);
    let mut told = feed.end();
    let started = this.start(&database, 8).unwrap();
    assert_eq!(started.0.waiting.pending(), 1);
    clock.store(now, std::sync::atomic::Ordering::SeqCst);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let bound = std::time::Duration::from_secs(60);
    runtime
        .block_on(async { tokio::time::timeout(bound, told.changed()).await })
        .unwrap()
        .unwrap();
    end(started);
    let outcome = SqliteStore::open_read(&database)
        .unwrap()
        .ticket(&ticket)
        .unwrap()
        .unwrap();
    assert_eq!(outcome.status, Status::Ok.number());
    assert_eq!(places(&database), [] as [u64; 0]);
}

#[test]
fn a_file_of_another_network_keeps_the_node_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let row = PendingWrite {
        place: 1,
        ticket: Hash32([9; 32]),
        command: cbor::to_vec(&beat()).unwrap(),
    };
    PendingFile::open(&database).unwrap().append(&[row]).unwrap();
    let Err(error) = writer(&database).start(&database, 8) else {
        panic!("it started")
    };
    assert_eq!(error.code(), "pending_unreadable");
}

/// A queue that is full is said to be.
#[test]
fn too_many_writes_are_told_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let this = writer(&database);
    let (sender, _queue) = sync_channel(2);
    let (keeper, _asked) = channel();
    let waiting = Arc::new(Waiting::new(1, keeper, Gauge::default()));
    let network_id = this.node.reader().network_row().unwrap().network_id;
    let inbox = Inbox::new(network_id, waiting, sender);
    let left = ["p1", "p2", "p3"].map(|id| match inbox.leave(register(id)) {
        Ok(_) => true,
        Err(NoAnswer::Busy) => false,
        Err(other) => panic!("{other:?}"),
    });
    assert_eq!(left, [true, true, false]);
}

/// What a ticket answers with is what the write would have: the events of its entry, read back.
#[test]
fn an_answer_is_computed_again_from_its_entry() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let started = writer(&database).start(&database, 8).unwrap();
    let direct: Vec<Answer> = ["p1", "p2"]
        .into_iter()
        .map(|id| applied(started.0.leave(register(id)).unwrap()))
        .collect();
    end(started);
    let reads = super::super::reads::Reads::open(&database, 1).unwrap();
    for answer in direct {
        let seq = answer.seq.unwrap();
        let again = reads.at_once(|moment| moment.answer_of(seq)).unwrap().unwrap();
        assert!(matches!(again.events[..], [Event::ProviderRegistered { .. }, ..]));
        assert_eq!(format!("{again:?}"), format!("{answer:?}"));
    }
    assert!(reads.at_once(|moment| moment.answer_of(999)).unwrap().is_none());
}
