//! Third-party vectors, where `AICF_VECTORS` names a folder of them: every verdict is the folder's, and the counts are
//! pinned. The same lines go to every host in the conformance run.

use aicf_tests::families::{Family, families, folder};
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn every_family_is_judged_as_marked() {
    let Some(folder) = folder() else {
        println!("AICF_VECTORS names no folder: only the committed vectors are run");
        return;
    };
    for family in families(&folder) {
        judge(&family);
    }
}

fn judge(family: &Family) {
    let mut wrong = Vec::new();
    let mut accepted = 0;
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for case in &family.cases {
        let reply = aicf_core::catalogue::testee_line(case.line.as_bytes());
        let reply: Value = serde_json::from_slice(&reply).expect("a reply is JSON");
        let verdict = &reply["ok"];
        let valid = verdict["valid"].as_bool();
        if valid == Some(true) {
            accepted += 1;
        } else {
            let reason = verdict["reason"].as_str().unwrap_or("invalid");
            *refused.entry(reason.to_owned()).or_default() += 1;
        }
        let status_fits = case.tcb_status.is_none() || verdict["tcb_status"].as_str() == case.tcb_status.as_deref();
        if valid.is_none() || (case.valid.is_some() && valid != case.valid) || !status_fits {
            wrong.push(format!("{}: expected {:?}, got {reply}", case.name, case.valid));
        }
    }
    let all: usize = refused.values().sum();
    println!("{}: {accepted} accepted, {all} refused {refused:?}", family.name);
    assert!(wrong.is_empty(), "{}: {wrong:#?}", family.name);
    assert_eq!((accepted, all), family.counts, "{}", family.name);
}
