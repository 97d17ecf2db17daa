//! Every limit of the core in one place: sizes, depths, counts. A host may be stricter, never laxer.

/// Largest integer that is a plain JSON number, 2^53 - 1 (SPEC §1).
pub const JSON_INT_MAX: u64 = (1 << 53) - 1;
/// The latest time, and "never": the last millisecond that is a plain JSON number.
pub const NEVER_MS: u64 = JSON_INT_MAX;
/// Arrays and objects in a JSON line, the line itself counted (SPEC §1).
pub const JSON_DEPTH_MAX: usize = 66;
/// Arrays and objects in `payload_json`, counted from its own root (SPEC §2).
pub const PAYLOAD_DEPTH_MAX: usize = 64;
/// Nesting of a policy given as YAML (SPEC §11).
pub const YAML_DEPTH_MAX: usize = 64;
/// Bytes of a policy given as YAML: a flow collection costs two hundred times its text while it is read.
pub const YAML_BYTES_MAX: usize = 256 << 10;
/// Nesting of a CBOR item.
pub const CBOR_DEPTH_MAX: usize = 66;
/// Bytes of a job's payload, encoded (SPEC §2).
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;
/// Bytes of `tx_hash` and `caller` (SPEC §2).
pub const CALLER_BYTES_MAX: usize = 65_535;
/// Bytes of an id, a region, a model, a reason and every other short text (SPEC §1).
pub const TEXT_BYTES_MAX: usize = 128;
/// Ratios and shares end here: one million parts are the whole (SPEC §1).
pub const RATIO_PPM_MAX: u32 = 1_000_000;
/// Multipliers and z end here (SPEC §1).
pub const MULTIPLIER_PPM_MAX: u32 = 10_000_000;
/// Basis points of the whole (SPEC §1).
pub const BPS_MAX: u16 = 10_000;
/// Bytes of a provider's account on the chain, and of a transaction's hash in a refused entry.
pub const ACCOUNT_BYTES_MAX: usize = 64;
/// Atoms of one amount in a command (fee, stake, deposit, withdrawal, …) and of one amount in a policy that is paid or
/// carried (rewards, budget, carry, sub-caps): 79 billion tokens of 18 decimals.
///
/// With [`SUPPLY_MAX`] it keeps every sum inside its type. A settlement adds at most [`SETTLE_CLAIMS_MAX`] < 2^22 rewards
/// of 2^96: 2^118 < 2^128. An epoch mints at most a budget and a carry, 2^97: a balance of `i128` has room for 2^30 epochs.
pub const AMOUNT_MAX: u128 = 1 << 96;
/// Atoms that stakes, deposits and fees may bring in together, less what has left: 2^112. Every other balance and every
/// sum of penalties is a part of it, and 2^15 penalties of all of it still fit `i128`.
pub const SUPPLY_MAX: u128 = 1 << 112;
/// Atoms a unit costs at most by a policy: 2^53 units ([`JOB_UNITS_MAX`]) at this price with three multipliers of ten are
/// below 2^127.
pub const UNIT_PRICE_MAX: u128 = 1 << 64;
/// Units of one job.
pub const JOB_UNITS_MAX: u64 = JSON_INT_MAX;
/// Kinds a provider can have.
pub const PROVIDER_KINDS_MAX: usize = 2;
/// Epochs for which stake can be locked.
pub const STAKE_LOCKS_MAX: usize = 1_000;
/// Bytes of a public key, and of a signature.
pub const KEY_BYTES_MAX: usize = 16 << 10;
/// Bytes of a signature's context (FIPS 204 §5.2, FIPS 205 §10.2).
pub const SIGNATURE_CONTEXT_BYTES_MAX: usize = 255;
/// Models, and endpoints, of one provider.
pub const PROVIDER_LIST_MAX: usize = 64;
/// Attestation classes a job can name.
pub const JOB_CLASSES_MAX: usize = 8;
/// Leases one dispatch grants.
pub const DISPATCH_LEASES_MAX: usize = 4_096;
/// Jobs one dispatch sets aside because their requester has its share; further ones wait for the next dispatch.
pub const DISPATCH_SET_ASIDE_MAX: usize = 4_096;
/// Lanes one dispatch considers; the next one goes on with the lane after them.
pub const DISPATCH_LANES_MAX: usize = 2_048;
/// Keys of the queue that one dispatch reads to find lanes, those that nobody serves included; the next one goes on there.
pub const DISPATCH_STEPS_MAX: usize = 8_192;
/// Jobs of one lane that find nobody, after which a dispatch considers the lane no more.
pub const DISPATCH_MISSES_MAX: u32 = 8;
/// Jobs one dispatch looks at: enough for all its leases, for what it sets aside and for every miss of every lane.
pub const DISPATCH_JOBS_MAX: usize =
    DISPATCH_LEASES_MAX + DISPATCH_SET_ASIDE_MAX + DISPATCH_LANES_MAX * DISPATCH_MISSES_MAX as usize;
/// Draws of a job that may meet a provider that is not eligible, before the eligible ones are summed (SPEC §4).
pub const DRAWS_MAX: u32 = 8;
/// Jobs one requester may have under way where shares are to be fair: a quarter of what a dispatch sets aside.
pub const FAIR_QUEUED_MAX: u64 = 1_024;
/// Jobs whose time one entry acts on; the rest waits for the next entry.
pub const DUE_JOBS_MAX: usize = 512;
/// Batches whose hash is kept, so that a block can name them later; a block may name as many ahead.
pub const BATCH_HASHES_MAX: u64 = 1_024;
/// Sequencer keys in effect at a time, and replacements of them that one network can have.
pub const SEQUENCER_KEYS_MAX: usize = 64;
/// Claims that are accepted and not paid in full, of all epochs together: what one settlement can have to settle. A proof
/// beyond it is refused.
pub const OPEN_CLAIMS_MAX: u64 = 100_000;
/// Providers that have not retired: what one settlement can have to evaluate. A registration beyond it is refused.
pub const PROVIDERS_MAX: u64 = 10_000;
/// Leases held at a time, of all providers together: what one change of policy can take away. A dispatch grants none
/// beyond it.
pub const LEASES_MAX: u64 = 25_000;
/// Payees that were ever paid or have a claim: each settlement commits to the balance of each. A proof that would add
/// one beyond it is refused.
pub const PAYEES_MAX: u64 = 250_000;
/// Penalties that one settlement collects; the rest is collected by the next one.
pub const SETTLE_PENALTIES_MAX: usize = 10_000;
/// Unbonding rows that one settlement releases; the rest is released by the next one.
pub const SETTLE_RELEASES_MAX: usize = 10_000;
/// Slash records that correlation counts; where its span holds more, all providers count as slashed.
pub const CORRELATION_SLASHES_MAX: usize = 200_000;
/// Former keys of one provider that are kept as evidence. A rotation beyond it is refused until the first of them is
/// too old to prove anything.
pub const FORMER_KEYS_MAX: usize = 16;
/// Providers that a job is not offered to again. A decline beyond it is refused.
pub const COOLDOWN_PROVIDERS_MAX: usize = 64;
/// Circuits of a job with hidden traps, the traps among them.
pub const TRAP_CIRCUITS_MAX: u64 = 2_048;
/// Qubits times layers of all hidden traps of a job: what a reveal draws and compares.
pub const TRAP_CELLS_MAX: u64 = 1 << 20;
/// Different outcomes in the counts of a job, of all circuits together.
pub const TRAP_OUTCOMES_MAX: usize = 1 << 16;
/// Bits of those outcomes, one byte each on the wire.
pub const TRAP_BITS_MAX: usize = 1 << 20;
/// Rows of one schedule: of policies, of network parameters, of core modules.
pub const SCHEDULE_ROWS_MAX: usize = 4_096;
/// Rows that one command reads, each row of a range counted.
pub const ENTRY_READS_MAX: u64 = 8_000_000;
/// Rows that one command writes.
pub const ENTRY_WRITES_MAX: u64 = 6_000_000;
/// Bytes of the rows that one command writes, keys counted: with what time does an outcome stays below 1 GiB, which is
/// what a wasm call can give back.
pub const ENTRY_BYTES_MAX: u64 = 768 << 20;
/// Rows a page of a query holds at most.
pub const PAGE_ROWS_MAX: usize = 1_000;
/// Policies an engine keeps parsed.
pub const POLICY_CACHE_MAX: usize = 8;
/// Values in one call from a host language, each list, object and leaf counted: a quarter of a million
/// claims. More travels as columns or as JSON text, which cost less.
pub const HOST_VALUES_MAX: usize = 4 << 20;

/// Longest attestation evidence: real quotes have up to 8 KiB.
pub const EVIDENCE_BYTES_MAX: usize = 64 << 10;
/// Most bytes of a collateral, all parts together: real ones have up to 40 KiB.
pub const COLLATERAL_BYTES_MAX: usize = 1 << 20;
/// Most certificates in a chain.
pub const CHAIN_CERTIFICATES_MAX: usize = 8;
/// Most entries of a map in a CCA token.
pub const CCA_MAP_ENTRIES_MAX: u64 = 64;
/// How long a CCA token is taken for current where the rules do not say: nothing in it ends.
pub const CCA_LIFETIME_MS: u64 = 86_400_000;
/// Most operators of a network.
pub const OPERATORS_MAX: usize = 16;
/// Most pieces of evidence that a proof names.
pub const PROOF_EVIDENCE_MAX: usize = 16;
/// Most sequencer keys of a network document.
pub const NETWORK_SEQUENCERS_MAX: usize = 8;
/// Most callers of the chain that a network document lets name other requesters.
pub const NETWORK_CONTRACTS_MAX: usize = 64;
/// Bytes of such a caller.
pub const NETWORK_CONTRACT_BYTES_MAX: usize = 128;
