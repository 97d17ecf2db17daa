//! The mutations, and the generator that applies them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aicf_core::codec::json;
use aicf_core::codec::tree::Tree;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::text::write_tree;

/// Values that hosts get wrong.
const NASTY: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "1.0",
    "1e2",
    "0.5",
    "9007199254740991",
    "9007199254740992",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "4294967295",
    "4294967296",
    "1000000",
    "1000001",
    "10000000",
    "10000001",
    "\"0\"",
    "\"\"",
    "\"01\"",
    "\"-1\"",
    "\" 1\"",
    "\"18446744073709551615\"",
    "\"18446744073709551616\"",
    "\"340282366920938463463374607431768211455\"",
    "\"340282366920938463463374607431768211456\"",
    "\"0x\"",
    "\"0x0\"",
    "\"0xAB\"",
    "\"ai\"",
    "\"quantum\"",
    "\"gold\"",
    "\"a\\u0000b\"",
    "\"\\u007f\"",
    "\"\\ud83d\\ude80\"",
    "[]",
    "{}",
    "[[]]",
    "{\"a\":1}",
    "\"0x0000000000000000000000000000000000000000000000000000000000000000\"",
];

/// Makes request lines for a function from the examples of that function.
pub struct Generator {
    rng: ChaCha20Rng,
    /// Example lines by function.
    seeds: BTreeMap<String, Vec<String>>,
}

impl Generator {
    /// A generator over example files (`{"request": line, …}` a line).
    #[must_use]
    pub fn new(examples: &str, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut seeds: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in examples.lines() {
            let Ok(Tree::Map(example)) = json::parse(line.as_bytes(), 80) else {
                continue;
            };
            let request = example.iter().find(|(key, _)| key == "request");
            let Some((_, Tree::Text(request))) = request else {
                continue;
            };
            let name = request
                .split("\"fn\":\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            if let Some(name) = name {
                seeds.entry(name.to_string()).or_default().push(request.to_string());
            }
        }
        Self {
            rng: ChaCha20Rng::from_seed(bytes),
            seeds,
        }
    }

    /// The functions there are examples of.
    #[must_use]
    pub fn functions(&self) -> Vec<String> {
        self.seeds.keys().cloned().collect()
    }

    fn below(&mut self, n: usize) -> usize {
        (self.rng.next_u64() % (n.max(1) as u64)) as usize
    }

    /// The next request line for a function.
    pub fn line(&mut self, function: &str) -> Vec<u8> {
        let known = self.seeds.get(function).map_or(0, Vec::len);
        let (first, second) = (self.below(known), self.below(known));
        let pick = |seeds: &BTreeMap<String, Vec<String>>, index: usize| {
            seeds
                .get(function)
                .and_then(|lines| lines.get(index))
                .cloned()
                .unwrap_or_default()
        };
        let (base, other) = (pick(&self.seeds, first), pick(&self.seeds, second));
        let (Ok(mut tree), Ok(donor)) = (json::parse(base.as_bytes(), 80), json::parse(other.as_bytes(), 80)) else {
            return base.into_bytes();
        };
        for _ in 0..=self.below(3) {
            self.change(&mut tree, &donor);
        }
        let mut out = String::new();
        write_tree(&tree, &mut out);
        let mut line = out.into_bytes();
        // Now and then the bytes themselves are hurt.
        if self.below(40) == 0 && !line.is_empty() {
            let at = self.below(line.len());
            match self.below(3) {
                0 => line[at] = self.below(256) as u8,
                1 => line.truncate(at),
                _ => line.insert(at, b'"'),
            }
        }
        line
    }

    /// One change somewhere below `input`.
    fn change(&mut self, tree: &mut Tree<'_>, donor: &Tree<'_>) {
        let Tree::Map(entries) = tree else { return };
        let donor = match donor {
            Tree::Map(entries) => entries.iter().find(|(key, _)| key == "input").map(|(_, value)| value),
            _ => None,
        };
        if let Some((_, input)) = entries.iter_mut().find(|(key, _)| key == "input") {
            self.descend(input, donor, 0);
        }
    }

    fn descend(&mut self, tree: &mut Tree<'_>, donor: Option<&Tree<'_>>, depth: usize) {
        let stop = depth > 0 && self.below(3) == 0;
        match tree {
            Tree::Map(entries) if !entries.is_empty() && !stop => {
                if self.below(6) == 0 {
                    return self.hurt_map(entries, donor);
                }
                let at = self.below(entries.len());
                let (key, value) = &mut entries[at];
                let same = match donor {
                    Some(Tree::Map(others)) => others.iter().find(|(other, _)| other == key).map(|(_, v)| v),
                    _ => None,
                };
                self.descend(value, same, depth + 1);
            }
            Tree::List(items) if !items.is_empty() && !stop => {
                let at = self.below(items.len());
                match self.below(8) {
                    0 => {
                        items.remove(at);
                    }
                    1 => {
                        let copy = items[at].clone();
                        items.push(copy);
                    }
                    2 => {
                        let other = self.below(items.len());
                        items.swap(at, other);
                    }
                    _ => {
                        let same = match donor {
                            Some(Tree::List(others)) => others.first(),
                            _ => None,
                        };
                        self.descend(&mut items[at], same, depth + 1);
                    }
                }
            }
            _ => self.replace(tree, donor),
        }
    }

    fn hurt_map(&mut self, entries: &mut Vec<(Cow<'_, str>, Tree<'_>)>, donor: Option<&Tree<'_>>) {
        let at = self.below(entries.len());
        match self.below(5) {
            0 => {
                entries.remove(at);
            }
            1 => {
                let copy = entries[at].clone();
                entries.push(copy);
            }
            2 => entries[at].0 = Cow::Owned(format!("{}x", entries[at].0)),
            3 => entries.rotate_left(at),
            _ => {
                if let Some(Tree::Map(others)) =
                    donor.filter(|other| matches!(other, Tree::Map(all) if !all.is_empty()))
                {
                    let (key, value) = &others[self.below(others.len())];
                    if !entries.iter().any(|(own, _)| own == key) {
                        entries.push((Cow::Owned(key.to_string()), owned(value)));
                    }
                }
            }
        }
    }

    fn replace(&mut self, tree: &mut Tree<'_>, donor: Option<&Tree<'_>>) {
        match (self.below(6), donor) {
            (0, _) => {
                let nasty = NASTY[self.below(NASTY.len())];
                if let Ok(value) = json::parse(nasty.as_bytes(), 80) {
                    *tree = owned(&value);
                }
            }
            (1 | 2, Some(donor)) => *tree = owned(donor),
            _ => self.nudge(tree),
        }
    }

    /// A small change that most likely stays valid.
    fn nudge(&mut self, tree: &mut Tree<'_>) {
        let step = self.below(1000) as u128;
        match tree {
            Tree::Number(lexeme) => {
                if let Ok(value) = lexeme.parse::<u128>() {
                    let value = match self.below(4) {
                        0 => value.saturating_sub(step),
                        1 => value / 2,
                        2 => value.saturating_mul(2),
                        _ => value + step,
                    };
                    *tree = Tree::Number(Cow::Owned(value.to_string()));
                }
            }
            Tree::Text(text) => {
                if let Some(hex) = text.strip_prefix("0x") {
                    let mut digits: Vec<char> = hex.chars().collect();
                    if !digits.is_empty() {
                        let at = self.below(digits.len());
                        digits[at] = char::from(b"0123456789abcdef"[self.below(16)]);
                    }
                    *tree = Tree::Text(Cow::Owned(format!("0x{}", digits.into_iter().collect::<String>())));
                } else if let Ok(value) = text.parse::<u128>() {
                    *tree = Tree::Text(Cow::Owned(value.saturating_add(step).to_string()));
                } else {
                    *tree = Tree::Text(Cow::Owned(format!("{text}{}", step % 3)));
                }
            }
            Tree::Bool(value) => *value = !*value,
            _ => {}
        }
    }
}

/// A tree that borrows from nowhere.
fn owned(tree: &Tree<'_>) -> Tree<'static> {
    match tree {
        Tree::Null => Tree::Null,
        Tree::Bool(value) => Tree::Bool(*value),
        Tree::Number(lexeme) => Tree::Number(Cow::Owned(lexeme.to_string())),
        Tree::Int(value) => Tree::Int(*value),
        Tree::Exact(value) => Tree::Exact(*value),
        Tree::Refused(code, message) => Tree::Refused(*code, message),
        Tree::Text(text) => Tree::Text(Cow::Owned(text.to_string())),
        Tree::Bytes(bytes) => Tree::Bytes(Cow::Owned(bytes.to_vec())),
        Tree::List(items) => Tree::List(items.iter().map(owned).collect()),
        Tree::Map(entries) => Tree::Map(
            entries
                .iter()
                .map(|(key, value)| (Cow::Owned(key.to_string()), owned(value)))
                .collect(),
        ),
    }
}
