//! The vendors' roots, pinned. They are the trust of every verdict: another one is used only where the verifier's rules
//! name it.

/// Intel SGX Root CA, for SGX and TDX.
pub const INTEL: &[&[u8]] = &[include_bytes!("roots/intel-sgx-root.der")];

/// AMD's root keys, one for each family of processors: Milan, Genoa, Turin.
pub const AMD: &[&[u8]] = &[
    include_bytes!("roots/ARK-Milan.der"),
    include_bytes!("roots/ARK-Genoa.der"),
    include_bytes!("roots/ARK-Turin.der"),
];
