//! The raw ABI between the core as a wasm module and its host: declared once, used by both sides.
//!
//! Two macros list every function that crosses the border; guest exports, host bindings, linker
//! definitions and the tables at the end of this file are generated from them, so neither side can
//! drift. The ABI is wasm32, little-endian, and its pointers are `u32` offsets into the guest's
//! exported memory. This file needs nothing but `core`: the build tool includes it as it is.
//!
//! **Who frees what.** The host allocates an input with `aicf_alloc`, and frees it. A result arrives
//! as `ptr << 32 | len`; the host copies it out and frees it with the same pointer and length.
//!
//! **Results.** Unless its line says otherwise, a result starts with a status byte: [`STATUS_OK`]
//! before the payload, [`STATUS_ERROR`] before the error as JSON
//! `{"code": …, "path": …, "message": …}`.

/// Version of this ABI. A host runs exactly its own; a change of any line below raises it.
pub const ABI_VERSION: u32 = 1;
/// Version of the specification that the module implements: the same inputs give the same bytes.
pub const SPEC_VERSION: u32 = 1;

/// Module name of every import.
pub const IMPORT_MODULE: &str = "aicf";
/// Name under which the guest exports its only memory. It is exported, not imported, so that the
/// host can pool it.
pub const MEMORY_EXPORT: &str = "memory";

/// Largest input of one call, in bytes.
pub const CALL_INPUT_BYTES_MAX: u32 = 1 << 30;
/// Largest result of one call, in bytes.
pub const CALL_RESULT_BYTES_MAX: u32 = 1 << 30;
/// Largest name in front of an input (`aicf_call` with [`FUNCTION_BY_NAME`], `aicf_engine_query`).
pub const FUNCTION_NAME_BYTES_MAX: usize = 128;
/// Policies that one instance holds open at a time.
pub const POLICY_HANDLES_MAX: usize = 64;

/// `function` of `aicf_call`: the name stands before the input, as `u16` length and bytes.
pub const FUNCTION_BY_NAME: u32 = u32::MAX;
/// `policy` of `aicf_call`: none, so the policy inside the input or the default one applies.
pub const POLICY_NONE: u32 = 0;
/// `format`: the input, and then the result, is JSON.
pub const FORMAT_JSON: u32 = 0;
/// `format`: the input, and then the result, is deterministic CBOR.
pub const FORMAT_CBOR: u32 = 1;
/// First byte of a result: what follows is the answer.
pub const STATUS_OK: u8 = 0;
/// First byte of a result: what follows is an error as JSON.
pub const STATUS_ERROR: u8 = 1;
/// What a store import returns for a key that is not there.
pub const STORE_ABSENT: i64 = -1;

/// The custom section that names both versions, so that a host reads them without running code.
pub const VERSION_SECTION: &str = "aicf.version";
/// First bytes of the section.
pub const VERSION_MAGIC: [u8; 4] = *b"AICF";
/// Its size: magic, ABI version, specification version.
pub const VERSION_BYTES: usize = 12;

/// The content of the version section: `"AICF"`, then both versions as little-endian `u32`.
#[must_use]
pub const fn version_section(abi: u32, spec: u32) -> [u8; VERSION_BYTES] {
    let [m0, m1, m2, m3] = VERSION_MAGIC;
    let [a0, a1, a2, a3] = abi.to_le_bytes();
    let [s0, s1, s2, s3] = spec.to_le_bytes();
    [m0, m1, m2, m3, a0, a1, a2, a3, s0, s1, s2, s3]
}

/// The (ABI, specification) versions in a version section; `None` for any other bytes.
#[must_use]
pub fn read_version_section(bytes: &[u8]) -> Option<(u32, u32)> {
    let bytes: &[u8; VERSION_BYTES] = bytes.try_into().ok()?;
    let [m0, m1, m2, m3, a0, a1, a2, a3, s0, s1, s2, s3] = *bytes;
    ([m0, m1, m2, m3] == VERSION_MAGIC).then(|| {
        (
            u32::from_le_bytes([a0, a1, a2, a3]),
            u32::from_le_bytes([s0, s1, s2, s3]),
        )
    })
}

/// A pointer and a length in one `u64`.
#[must_use]
pub const fn pack(ptr: u32, len: u32) -> u64 {
    (ptr as u64) << 32 | len as u64
}

/// The pointer and the length of a packed result.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "each half is cut out on purpose")]
pub const fn unpack(packed: u64) -> (u32, u32) {
    ((packed >> 32) as u32, packed as u32)
}

/// A number type of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A wasm `i32`, read as unsigned.
    U32,
    /// A wasm `i64`, read as unsigned.
    U64,
    /// A wasm `i64`.
    I64,
}

/// One function of the ABI as data: for checks of a module and for documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its name in the module.
    pub name: &'static str,
    /// Names and types of its arguments, in order.
    pub params: &'static [(&'static str, Type)],
    /// The type of its result, if it has one.
    pub result: Option<Type>,
    /// What it does.
    pub doc: &'static str,
}

/// Hands every guest export to a macro, as `name = "export name" (argument: type, …) -> type;`.
#[macro_export]
macro_rules! for_each_export {
    ($callback:path) => {
        $callback! {
            /// Room for `len` bytes; 0 when that is over the limit or memory is exhausted. The length is
            /// judged before anything is allocated.
            alloc = "aicf_alloc" (len: u32) -> u32;
            /// Gives back what `aicf_alloc` or a result named; the length must be the same.
            free = "aicf_free" (ptr: u32, len: u32) -> ();
            /// The ABI version: a call without work.
            ping = "aicf_ping" () -> u32;
            /// Runs one function of the catalogue, by index or by the name in front of the input.
            call = "aicf_call" (function: u32, policy: u32, format: u32, ptr: u32, len: u32) -> u64;
            /// One request line of the testee protocol in, its reply line out: no newline, no status byte.
            testee = "aicf_testee" (ptr: u32, len: u32) -> u64;
            /// Parses a policy and keeps it; the payload of the result is its handle as little-endian `u32`.
            policy_open = "aicf_policy_open" (format: u32, ptr: u32, len: u32) -> u64;
            /// Forgets a policy: 1, or 0 when the handle is not open.
            policy_close = "aicf_policy_close" (handle: u32) -> u32;
            /// Applies one journal entry (CBOR) to the state behind the store imports; the payload is the outcome.
            engine_apply = "aicf_engine_apply" (ptr: u32, len: u32) -> u64;
            /// Answers one query on the state behind the store imports: its name in front, as in `aicf_call`, then
            /// a JSON object; the payload is JSON.
            engine_query = "aicf_engine_query" (ptr: u32, len: u32) -> u64;
        }
    };
}

/// Hands every import to a macro, in the form of [`for_each_export`].
///
/// The host writes a result only when it fits into `buf_cap`; it always returns the full length, and
/// the guest asks again with a larger buffer.
#[macro_export]
macro_rules! for_each_import {
    ($callback:path) => {
        $callback! {
            /// The length of the value of a key, or -1 when the key is absent.
            store_get = "store_get" (key_ptr: u32, key_len: u32, buf_ptr: u32, buf_cap: u32) -> i64;
            /// The length of the entries with start <= key < end in key order, at most `limit` of them, each as
            /// `u32` key length, key, `u32` value length, value. No end when `end_len` is 0.
            store_scan = "store_scan" (
                start_ptr: u32, start_len: u32, end_ptr: u32, end_len: u32, limit: u32, buf_ptr: u32, buf_cap: u32
            ) -> i64;
        }
    };
}

macro_rules! type_of {
    (()) => {
        None
    };
    (u32) => {
        Some(Type::U32)
    };
    (u64) => {
        Some(Type::U64)
    };
    (i64) => {
        Some(Type::I64)
    };
}

macro_rules! param_type {
    (u32) => {
        Type::U32
    };
    (u64) => {
        Type::U64
    };
    (i64) => {
        Type::I64
    };
}

macro_rules! export_table {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal ($($arg:ident: $ty:tt),* $(,)?) -> $ret:tt;)*) => {
        /// Every export of the guest, its memory aside.
        pub const EXPORTS: &[Signature] = &[$(Signature {
            name: $name,
            params: &[$((stringify!($arg), param_type!($ty))),*],
            result: type_of!($ret),
            doc: concat!($($doc),*),
        }),*];
    };
}

macro_rules! import_table {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal ($($arg:ident: $ty:tt),* $(,)?) -> $ret:tt;)*) => {
        /// Every function that the guest may import, all from [`IMPORT_MODULE`].
        pub const IMPORTS: &[Signature] = &[$(Signature {
            name: $name,
            params: &[$((stringify!($arg), param_type!($ty))),*],
            result: type_of!($ret),
            doc: concat!($($doc),*),
        }),*];
    };
}

for_each_export!(export_table);
for_each_import!(import_table);

#[cfg(test)]
mod tests {
    use super::{
        ABI_VERSION, EXPORTS, IMPORTS, SPEC_VERSION, VERSION_MAGIC, pack, read_version_section, unpack, version_section,
    };

    #[test]
    fn version_section_is_read_back_and_nothing_else_is() {
        let bytes = version_section(ABI_VERSION, SPEC_VERSION);
        assert_eq!(bytes, *b"AICF\x01\0\0\0\x01\0\0\0");
        assert_eq!(read_version_section(&bytes), Some((1, 1)));
        assert_eq!(read_version_section(&bytes[..11]), None);
        assert_eq!(read_version_section(&VERSION_MAGIC), None);
        assert_eq!(read_version_section(b"AICG\x01\0\0\0\x01\0\0\0"), None);
        assert_eq!(read_version_section(&[]), None);
    }

    #[test]
    fn packed_results_survive_the_top_bits() {
        for (ptr, len) in [(0, 0), (1, u32::MAX), (u32::MAX, 1), (0x8000_0000, 0x4000_0000)] {
            assert_eq!(unpack(pack(ptr, len)), (ptr, len));
        }
    }

    #[test]
    fn names_are_unique_and_the_count_is_deliberate() {
        assert_eq!((EXPORTS.len(), IMPORTS.len()), (9, 2));
        for table in [EXPORTS, IMPORTS] {
            for (i, a) in table.iter().enumerate() {
                assert!(table.iter().skip(i + 1).all(|b| b.name != a.name), "{} twice", a.name);
                assert!(!a.doc.is_empty());
            }
        }
    }
}
