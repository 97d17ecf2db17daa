//! Reads a module's sections without running or compiling it: its versions, and whether it would start.

use super::error::{Error, Result};
use aicf_core::abi;

const CUSTOM: u8 = 0;
const START: u8 = 8;

/// Refuses a module that is none, is not ours, has other versions, or has a start function.
///
/// # Errors
/// [`Error::Malformed`], [`Error::StartFunction`], [`Error::NoVersion`] or [`Error::Version`].
pub fn check(module: &[u8]) -> Result<()> {
    let mut rest = module
        .strip_prefix(b"\0asm\x01\0\0\0")
        .ok_or_else(|| Error::Malformed("the header is not that of a wasm 1.0 module".into()))?;
    let mut versions = None;
    while let Some((&id, after)) = rest.split_first() {
        rest = after;
        let body = sized(&mut rest)?;
        match id {
            START => return Err(Error::StartFunction),
            CUSTOM => {
                let mut content = body;
                if sized(&mut content)? == abi::VERSION_SECTION.as_bytes() {
                    // A second one would let two readers disagree.
                    if versions.is_some() {
                        return Err(Error::NoVersion);
                    }
                    versions = Some(abi::read_version_section(content).ok_or(Error::NoVersion)?);
                }
            }
            _ => {}
        }
    }
    match versions.ok_or(Error::NoVersion)? {
        (abi::ABI_VERSION, abi::SPEC_VERSION) => Ok(()),
        (abi, spec) => Err(Error::Version { abi, spec }),
    }
}

/// Takes a length and that many bytes off the front.
fn sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let cut = || Error::Malformed("a section is cut short".into());
    let mut length: u64 = 0;
    // A u32 in LEB128 has at most five bytes.
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, after) = rest.split_first().ok_or_else(cut)?;
        *rest = after;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let length = usize::try_from(length).map_err(|_| cut())?;
            let (body, after) = rest.split_at_checked(length).ok_or_else(cut)?;
            *rest = after;
            return Ok(body);
        }
    }
    Err(Error::Malformed("a length has more than five bytes".into()))
}

#[cfg(test)]
mod tests {
    use super::{Error, check};

    fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        for (id, body) in sections {
            bytes.extend([*id, u8::try_from(body.len()).expect("short")]);
            bytes.extend(*body);
        }
        bytes
    }

    const GOOD: &[u8] = b"\x0caicf.versionAICF\x01\0\0\0\x01\0\0\0";

    #[test]
    fn only_our_versions_pass() {
        check(&module(&[(0, GOOD)])).expect("ours");
        let other = b"\x0caicf.versionAICF\x02\0\0\0\x07\0\0\0";
        assert!(matches!(
            check(&module(&[(0, other)])),
            Err(Error::Version { abi: 2, spec: 7 })
        ));
        for sections in [
            &[][..],
            &[(0, GOOD), (0, GOOD)],
            &[(0, &GOOD[..20])],
            &[(0, b"\x04name")],
        ] {
            assert!(matches!(check(&module(sections)), Err(Error::NoVersion)));
        }
        assert!(matches!(
            check(&module(&[(8, b"\0"), (0, GOOD)])),
            Err(Error::StartFunction)
        ));
    }

    #[test]
    fn no_cut_or_noise_is_more_than_an_error() {
        let good = module(&[(0, GOOD)]);
        for end in 0..good.len() {
            assert!(check(&good[..end]).is_err());
        }
        for length in [&b"\xff\xff\xff\xff\xff\x01"[..], b"\xff\xff\xff\xff\x0f", b"\x80"] {
            let mut bytes = module(&[]);
            bytes.push(0);
            bytes.extend(length);
            assert!(matches!(check(&bytes), Err(Error::Malformed(_))));
        }
    }
}
