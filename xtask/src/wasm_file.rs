//! Cuts out of a module what only people and linkers read.

use crate::abi;
use crate::sh::Outcome;
use wasmparser::{Parser, Payload};

const HEADER_BYTES: usize = 8;

/// The module without custom sections, save the one that holds its versions: names and producers are
/// half of a small module, and names differ between compilers that give the same code.
pub fn strip(module: &[u8]) -> Outcome<Vec<u8>> {
    let mut kept = module.get(..HEADER_BYTES).ok_or("the module has no header")?.to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| error.to_string())?;
        if let Payload::CustomSection(custom) = &payload
            && custom.name() != abi::VERSION_SECTION
        {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let body = module.get(range).ok_or("a section is cut short")?;
            kept.push(id);
            leb128(body.len(), &mut kept);
            kept.extend(body);
        }
    }
    Ok(kept)
}

fn leb128(mut value: usize, out: &mut Vec<u8>) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn only_the_version_section_survives() {
        let version = b"\0\x19\x0caicf.versionAICF\x01\0\0\0\x01\0\0\0";
        let types = b"\x01\x04\x01\x60\0\0";
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let mut expected = module.clone();
        module.extend(b"\0\x05\x04name");
        for part in [&version[..], types] {
            module.extend(part);
            expected.extend(part);
        }
        module.extend(b"\0\x0a\x09producers");
        assert_eq!(strip(&module).expect("a module"), expected);
        assert!(strip(b"\0asm").is_err());
    }
}
