//! Random bits flipped in valid signatures, keys, messages and contexts, and cuts and extensions of them: nothing of it is
//! accepted, and nothing of it panics.

use aicf_core::codec::hex;
use aicf_core::hash::Stream;
use aicf_core::signature::Scheme;
use aicf_core::value::Hash32;
use serde_json::Value;

const FLIPS: u32 = 300;

/// Key, message, context and signature of the valid examples.
fn valid_examples() -> Vec<(Scheme, [Vec<u8>; 4])> {
    let text = include_str!("../../fixtures/vectors/signature-examples.jsonl");
    let mut examples = Vec::new();
    for line in text.lines() {
        let example: Value = serde_json::from_str(line).expect("an example is JSON");
        let request = example["request"].as_str().expect("a request");
        if example["reply"]["ok"]["valid"] != true || !request.contains("\"fn\":\"signature.verify\"") {
            continue;
        }
        let request: Value = serde_json::from_str(request).expect("a request is JSON");
        let input = &request["input"];
        let scheme = Scheme::ALL.into_iter().find(|scheme| input["scheme"] == scheme.name());
        let parts = ["public_key", "message", "context", "signature"];
        let parts = parts.map(|name| hex::read(input[name].as_str().unwrap_or("0x")).expect("hex"));
        examples.push((scheme.expect("a scheme"), parts));
    }
    examples
}

#[test]
fn nothing_that_was_changed_is_accepted() {
    let examples = valid_examples();
    let mut stream = Stream::new(&Hash32([5; 32]));
    let mut below = |n: usize| usize::try_from(stream.draw(n as u64).unwrap()).unwrap();
    for scheme in Scheme::ALL {
        let own: Vec<_> = examples.iter().filter(|(of, _)| *of == scheme).collect();
        assert!(!own.is_empty(), "{}", scheme.name());
        for _ in 0..FLIPS {
            let (_, parts) = own[below(own.len())];
            let mut changed = parts.clone();
            // Mostly the signature: most of what can be wrong is there.
            let part = &mut changed[[0, 1, 2, 3, 3, 3][below(6)]];
            match below(8) {
                0 => part.push(0),
                1 if !part.is_empty() => part.truncate(below(part.len())),
                _ if !part.is_empty() => {
                    let place = below(part.len());
                    part[place] ^= 1 << below(8);
                }
                _ => part.push(1),
            }
            let [key, message, context, signature] = &changed;
            assert!(!scheme.verify(key, message, context, signature), "{}", scheme.name());
        }
    }
}
