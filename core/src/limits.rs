//! Every limit of the core in one place: sizes, depths, counts. A host may be stricter, never laxer.

/// Largest integer that is a plain JSON number, 2^53 - 1 (SPEC §1).
pub const JSON_INT_MAX: u64 = (1 << 53) - 1;
/// Arrays and objects in a JSON line, the line itself counted (SPEC §1).
pub const JSON_DEPTH_MAX: usize = 66;
/// Arrays and objects in `payload_json`, counted from its own root (SPEC §2).
pub const PAYLOAD_DEPTH_MAX: usize = 64;
/// Nesting of a policy given as YAML (SPEC §11).
pub const YAML_DEPTH_MAX: usize = 64;
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
