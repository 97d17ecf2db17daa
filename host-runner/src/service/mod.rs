//! A node that serves others: one who writes, many who read, those who follow, and what is counted.
//!
//! | module | what it does |
//! |---|---|
//! | [`inbox`], [`waiting`] | where writes are left, what is known of each one, and how it is kept on disk when it takes long |
//! | [`writer`] | applies commands and blocks, commits, answers |
//! | [`reads`] | answers from what is committed, beside the writer |
//! | [`blocks`], [`clock`] | blocks of a chain or of a devnet's own |
//! | [`replica`], [`comparison`] | batches of a sequencer that is followed; a divergence from it |
//! | [`feed`], [`topic`] | events for those who follow |
//! | [`metrics`], [`logs`], [`audit`] | what is counted, said and recorded |
//! | [`run`] | puts them together, serves, and ends in order |

pub mod audit;
pub mod blocks;
pub mod clock;
pub mod comparison;
pub mod feed;
pub mod inbox;
pub mod logs;
pub mod metrics;
pub mod reads;
pub mod replica;
pub mod run;
pub mod topic;
pub mod waiting;
pub mod writer;

use crate::keys::SecretKey;
use crate::rpc::access::Access;
use crate::store::ChangeLog;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What calls work with.
pub struct Service {
    /// The database.
    pub database: PathBuf,
    /// Reads.
    pub reads: reads::Reads,
    /// Where writes are left.
    pub inbox: inbox::Inbox,
    /// What happened.
    pub feed: Arc<feed::Feed>,
    /// What is counted.
    pub metrics: Arc<metrics::Metrics>,
    /// The row changes of the last entries.
    pub changes: Arc<ChangeLog>,
    /// What operators did.
    pub audit: audit::AuditLog,
    /// Who may do what.
    pub access: Access,
    /// What receipts are signed with.
    pub receipts_key: Option<SecretKey>,
    /// Whether nothing here is worth anything.
    pub is_devnet: bool,
    /// The node that writes are forwarded to, where this one follows it.
    #[cfg(feature = "net")]
    pub upstream: Option<replica::BatchNode>,
    /// How long one call may take.
    pub timeout: Duration,
    /// How long a write is waited for before it is kept and answered with its ticket.
    pub patience: Duration,
    /// How long a follower may take for one event.
    pub slow: Duration,
    /// The time.
    pub clock: writer::Clock,
    /// Whether the node is ending: calls that wait for another node end, too.
    pub ending: tokio::sync::watch::Sender<bool>,
}
