//! Every method: its name, what it is for, its parameters in the order of their positions, and what does it. The server,
//! its document and the tests are made from this list.

use super::access::Caller;
use super::error::RpcError;
use super::params::Params;
use super::{capabilities, operator, reads, writes};
use crate::service::Service;
use aicf_core::engine::Command;
use serde_json::value::RawValue;

/// An answer, written once.
pub type Answer = Result<Box<RawValue>, RpcError>;

/// What a write asks the engine for.
pub struct Asked {
    /// The command.
    pub command: Command,
    /// In whose name, for the limit of rates.
    pub name: Option<String>,
    /// Whether it comes with a signature.
    pub signed: bool,
}

/// What a method does.
#[derive(Clone, Copy)]
pub enum Does {
    /// A query of the core's, as it answers.
    Query(&'static str),
    /// A list of the core's: `items`, `nextCursor`, `total`.
    List(&'static str),
    /// A read that takes more than a query.
    Read(fn(&Service, &Caller, Params<'_>) -> Answer),
    /// A command for the engine.
    Write(fn(&Service, Params<'_>) -> Result<Asked, RpcError>),
    /// A command for the engine that only operators give.
    Command(fn(&Service, Params<'_>) -> Result<Asked, RpcError>),
    /// Something that operators do to the node.
    Operate(fn(&Service, &Caller, Params<'_>) -> Answer),
}

/// A method.
#[derive(Clone, Copy)]
pub struct Method {
    /// Its name; it also answers with an underscore for the dot.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its parameters by position.
    pub params: &'static [&'static str],
    /// What it does.
    pub does: Does,
}

/// Most methods of a page take these last.
const JOBS: &[&str] = &[
    "status",
    "kind",
    "requester",
    "provider_id",
    "region",
    "capability",
    "since_ms",
    "until_ms",
    "after",
    "limit",
];
const PROVIDERS: &[&str] = &["status", "kind", "region", "capability", "after", "limit"];
const PAGE: &[&str] = &["after", "limit"];
const LEASE: &[&str] = &["task_id", "provider_id", "attempt", "signed"];

macro_rules! methods {
    ($($name:literal $does:ident($what:expr) $params:expr, $about:literal;)*) => {
        /// All methods.
        pub const METHODS: &[Method] = &[$(Method {
            name: $name,
            about: $about,
            params: $params,
            does: Does::$does($what),
        }),*];
    };
}

methods! {
    "aicf.getStatus" Read(reads::status) &[],
        "Where the node stands: head, chain, epoch, and whether it works.";
    "aicf.listProviders" List("provider.list") PROVIDERS,
        "Providers by status, kind, region and capability.";
    "aicf.getProvider" Query("provider.get") &["provider_id"],
        "A provider with its stake, health, bands and money.";
    "aicf.listJobs" List("job.list") JOBS,
        "Jobs, the newest first; every condition that is given holds.";
    "aicf.getJob" Query("job.get") &["task_id"],
        "A job: where it stands, its lease, its result, its claim.";
    "aicf.getPayload" Read(reads::payload) &["task_id"],
        "What a job asks for, as it was submitted.";
    "aicf.getBalance" Query("balance") &["account", "provider_id", "requester", "miner"],
        "What an account, a provider, a requester or a miner has.";
    "aicf.listAccounts" List("accounts") PAGE,
        "All accounts and their balances.";
    "aicf.getStatement" List("statement") &["account", "after", "limit"],
        "Every movement of an account, with the balance after it.";
    "aicf.listPayouts" List("payouts") &["payee", "epoch", "after", "limit"],
        "Payout lines, of a payee, of an epoch, or of both.";
    "aicf.claimPayout" Read(reads::claim_payout) &["epoch", "provider_id"],
        "What an epoch pays a provider, each line proven against the batch; nothing changes.";
    "aicf.listSettlements" List("epoch.list") PAGE,
        "Settled epochs.";
    "aicf.getSettlement" Query("epoch.get") &["epoch"],
        "A settled epoch: its batch, roots and totals.";
    "aicf.getReceipt" Read(reads::receipt) &["epoch", "payee"],
        "A settled epoch's receipt, with a payee's lines where one is named; signed where the node has a settlement key.";
    "aicf.getClaims" Read(reads::claims) &["epoch", "claims"],
        "All that a settled epoch was computed from, to compute it again; without its claims where they are too many for one answer.";
    "aicf.listClaims" List("claims") &["epoch", "after", "limit"],
        "The claims of a settled epoch, as its settlement read them.";
    "aicf.listSlashes" List("slashes") PAGE,
        "Penalties and their reasons.";
    "aicf.listRequesters" List("requester.list") PAGE,
        "Requesters: deposits, and what is under way.";
    "aicf.getRequester" Query("requester.get") &["requester"],
        "A requester: deposit, escrow, and what is under way.";
    "aicf.listWithdrawals" List("withdrawals") &["payee", "after", "limit"],
        "Withdrawals that wait.";
    "aicf.getPolicy" Query("policy") &["hash"],
        "The policy in force, or another one by its hash.";
    "aicf.getMarket" Query("market") &["hash"],
        "The market rules in force, or others by their hash.";
    "aicf.getSchedule" Query("schedule") &[],
        "What holds from which epoch on.";
    "aicf.getFairness" Query("fairness") &["kind"],
        "How the epoch's units are divided among requesters.";
    "aicf.getSigner" Query("signer") &["role", "signer"],
        "The last nonce of a signer.";
    "aicf.getKey" Query("provider.key") &["provider_id"],
        "The key that a provider signs with.";
    "aicf.explainJob" Query("explain.job") &["task_id", "providers"],
        "Why a job does not run, rule by rule.";
    "aicf.explainPayout" Query("explain.payout") &["epoch", "claim_key"],
        "What a payout is made of, factor by factor.";
    "aicf.explainSlash" Query("explain.slash") &["epoch", "provider_id"],
        "What a penalty was decided by.";
    "aicf.listEvents" Read(reads::events) &["topics", "task_id", "provider_id", "requester", "kind", "from_seq", "after", "limit"],
        "What happened, in order, from an entry or a cursor on.";
    "aicf.getTicket" Read(reads::ticket) &["ticket"],
        "The outcome of a write that was answered with a ticket: pending, or what the write would have answered.";
    "aicf.listBatches" Read(reads::batches) &["from_number", "limit"],
        "Returns sealed batches of messages in order, from a number on: what a replica applies.";
    "aicf.listChanges" Read(reads::changes) &["from_seq", "limit"],
        "Returns the rows that the last entries wrote, in order, as far as this node keeps them in memory: what a replica that diverged compares.";
    "aicf.submitJob" Write(writes::submit_job) &["kind", "payload_json", "units", "fee", "requester", "tier", "region", "model", "attestation_classes", "circuit", "payload", "tx_hash", "caller", "traps"],
        "Puts a job into the queue; the answer has its task_id.";
    "aicf.cancelJob" Write(writes::cancel_job) &["task_id", "requester"],
        "Takes a job back; its fee returns.";
    "aicf.rateJob" Write(writes::rate_job) &["task_id", "requester", "qos_ppm"],
        "Rates the result of an AI job, once: the quality that the provider's windows have of it.";
    "aicf.revealTraps" Write(writes::reveal_traps) &["task_id", "seed", "programs"],
        "Reveals the seed of a quantum job's hidden traps: the result is verified before it can be claimed.";
    "aicf.submitEvidence" Write(writes::evidence) &["reporter", "provider_id", "proof"],
        "Proves an offence by two signed statements of the provider: completions, or proofs.";
    "aicf.registerProvider" Write(writes::register) &["provider_id", "kinds", "region", "models", "endpoints", "attestation", "max_concurrent", "circuit_max", "public_key", "key_scheme", "operator", "operator_proof", "account", "signed"],
        "Makes a provider known, or changes what it offers.";
    "aicf.heartbeat" Write(writes::heartbeat) &["provider_id", "beat", "load_ppm", "free", "signed"],
        "A provider is there.";
    "aicf.ackLease" Write(writes::ack) LEASE,
        "A provider takes up a lease.";
    "aicf.renewLease" Write(writes::renew) LEASE,
        "A provider asks for more time.";
    "aicf.declineLease" Write(writes::decline) LEASE,
        "A provider does not want a lease.";
    "aicf.failLease" Write(writes::fail) LEASE,
        "A provider could not do it.";
    "aicf.completeJob" Write(writes::complete) &["task_id", "provider_id", "attempt", "result_digest", "metrics", "counts", "signed"],
        "A provider has a result.";
    "aicf.requestWithdrawal" Write(writes::withdraw) &["provider_id", "amount", "signed"],
        "A provider takes out what it was paid.";
    "aicf.submitSigned" Write(writes::signed) &["signed"],
        "Any command with its signature.";
    "aicf.submitProof" Write(writes::proof) &["task_id", "nullifier", "proof_ref", "miner", "valid", "body"],
        "In the chain's place, on devnets and for operators: a proof is in a block.";
    "aicf.stake" Write(writes::stake) &["provider_id", "amount"],
        "In the chain's place, on devnets and for operators: stake arrives.";
    "aicf.deposit" Write(writes::deposit) &["requester", "amount"],
        "In the chain's place, on devnets and for operators: a requester's money arrives.";
    "aicf.settleEpoch" Command(operator::settle) &["epoch"],
        "Operators: settles the next epoch, if its last block is final.";
    "aicf.schedulePolicy" Command(operator::schedule_policy) &["epoch", "policy"],
        "Operators: a policy holds from an epoch on.";
    "aicf.apply" Command(operator::apply) &["command"],
        "Operators: any command of the engine.";
    "aicf.setReadOnly" Operate(operator::set_read_only) &["read_only"],
        "Operators: take no writes, or take them again.";
    "aicf.backup" Operate(operator::backup) &["name"],
        "Operators: a copy of the database beside it, checked, while the node works.";
    "cap.enqueueAI" Write(capabilities::enqueue_ai) &["model", "prompt", "units", "fee", "requester", "tier", "region", "attestation_classes", "payload_json", "payload", "tx_hash", "caller"],
        "An AI job, as the chain's capability layer asks for it.";
    "cap.enqueueQuantum" Write(capabilities::enqueue_quantum) &["circuit", "qubits", "depth", "shots", "units", "fee", "requester", "tier", "region", "model", "attestation_classes", "payload_json", "payload", "tx_hash", "caller", "traps"],
        "A quantum job: units are depth x width x shots / 1000 where they are not given.";
    "cap.getJob" Query("job.get") &["task_id"],
        "As aicf.getJob.";
    "cap.listJobs" List("job.list") JOBS,
        "As aicf.listJobs.";
    "cap.getResult" Read(capabilities::result) &["task_id"],
        "The result of a job, once there is one.";
    "rpc.discover" Read(reads::discover) &[],
        "This document.";
    "rpc.ping" Read(reads::ping) &[],
        "Nothing: what a call costs by itself.";
}
