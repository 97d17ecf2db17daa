//! Settlements whose claims come in columns: the same result, code and path as from a list of records.

use aicf_core::codec::json;
use aicf_core::codec::tree::Tree;
use aicf_core::ffi;
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::settlement::columns::{self, Columns};
use aicf_tests::{EXAMPLES, Generator, rounds, write_tree};

/// Records seen as columns: a column for every name that the first record or any other has.
struct Turned<'t> {
    names: Vec<&'t str>,
    records: Vec<&'t [(std::borrow::Cow<'t, str>, Tree<'t>)]>,
}

impl<'t> Turned<'t> {
    /// Nothing where the list is none of records that a table could hold: a name twice in one, an unknown one
    /// that the first record lacks (a table has it in every row).
    fn of(claims: &'t Tree<'t>) -> Option<Self> {
        let Tree::List(claims) = claims else { return None };
        let mut names: Vec<&str> = Vec::new();
        let mut records = Vec::new();
        for claim in claims {
            let Tree::Map(fields) = claim else { return None };
            for (place, (name, _)) in fields.iter().enumerate() {
                if fields.iter().skip(place + 1).any(|(other, _)| other == name) {
                    return None;
                }
                if !names.contains(&&**name) {
                    if !records.is_empty() && !OPTIONAL.contains(&&**name) {
                        return None;
                    }
                    names.push(name);
                }
            }
            records.push(fields.as_slice());
        }
        Some(Self { names, records })
    }
}

/// What a claim may leave out.
const OPTIONAL: [&str; 6] = [
    "quality_ppm",
    "surge_ppm",
    "lease_id",
    "deferred_from",
    "owed",
    "reward_max",
];

impl Columns for Turned<'_> {
    fn rows(&self) -> usize {
        self.records.len()
    }
    fn names(&self) -> Vec<&str> {
        self.names.clone()
    }
    fn cell(&self, column: usize, row: usize) -> Option<Tree<'_>> {
        let name = self.names[column];
        self.records[row]
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }
}

#[test]
fn columns_and_records_come_to_the_same() {
    let mut generator = Generator::new(EXAMPLES, 11);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..rounds() * 10 {
        let line = generator.line("settlement.settle");
        let Ok(Tree::Map(request)) = json::parse(&line, JSON_DEPTH_MAX) else {
            continue;
        };
        let Some((_, Tree::Map(input))) = request.iter().find(|(name, _)| name == "input") else {
            continue;
        };
        let claims: Vec<&Tree<'_>> = input
            .iter()
            .filter(|(name, _)| name == "claims")
            .map(|(_, claims)| claims)
            .collect();
        let [claims] = claims[..] else { continue };
        let Some(table) = Turned::of(claims) else { continue };
        let epoch: Vec<_> = input.iter().filter(|(name, _)| name != "claims").cloned().collect();
        let mut text = String::new();
        write_tree(&Tree::Map(input.clone()), &mut text);
        let records = ffi::call_json("settlement.settle", None, text.as_bytes());
        let columns = columns::settle(None, &Tree::Map(epoch), &table).and_then(|settled| json::to_vec(&settled));
        match (records, columns) {
            (Ok(records), Ok(columns)) => {
                assert_eq!(String::from_utf8_lossy(&records), String::from_utf8_lossy(&columns));
                good += 1;
            }
            // An unknown field of the epoch stands after the claims in a record, and before them here.
            (Err(records), Err(columns)) if records.path == columns.path && records.code == columns.code => bad += 1,
            (Err(records), Err(columns)) if unknown(&records) || unknown(&columns) => bad += 1,
            (records, columns) => panic!("{text}\n  records {records:?}\n  columns {columns:?}"),
        }
    }
    assert!(good > 200 && bad > 200, "{good} good, {bad} bad");
}

fn unknown(error: &aicf_core::Error) -> bool {
    error.code == aicf_core::Code::UnknownField
}
