//! Files of blocks that somebody mends, breaks, moves or rewrites while they are followed.

use super::{devnet, node, story};
use aicf_host::chain::{ChainSource, Devnet, Dialect, FileChain, Follower, Progress};
use std::path::{Path, PathBuf};

fn lines(chain: &Devnet) -> Vec<String> {
    chain
        .blocks()
        .iter()
        .map(|block| block.line().unwrap() + "\n")
        .collect()
}

fn written(folder: &Path, text: &str) -> (PathBuf, FileChain) {
    let path = folder.join("blocks.jsonl");
    std::fs::write(&path, text).unwrap();
    let source = FileChain::open(&path, Dialect::Aicf).unwrap();
    (path, source)
}

/// What stands under the name now, as another file.
fn replace(path: &Path, text: &str) {
    let next = path.with_extension("next");
    std::fs::write(&next, text).unwrap();
    std::fs::rename(next, path).unwrap();
}

fn height(node: &aicf_host::node::Node) -> u64 {
    node.head().unwrap().height
}

#[test]
fn blocks_before_a_bad_line_are_applied_and_then_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let good = lines(&story(12)).concat();
    let (path, source) = written(folder.path(), &format!("{good}{{\"height\": oops}}\n"));
    let mut follower = Follower::new(source, None);
    let error = follower.catch_up(&mut node, None).unwrap_err();
    assert!(error.to_string().contains("line 13:"), "{error}");
    assert_eq!(height(&node), 9);
    // Again: nothing new, the same words.
    assert_eq!(follower.step(&mut node).unwrap_err().to_string(), error.to_string());
    // The line is mended.
    std::fs::write(&path, lines(&story(15)).concat()).unwrap();
    assert_eq!(follower.catch_up(&mut node, None).unwrap(), 3);
    assert_eq!(height(&node), 12);
}

#[test]
fn empty_lines_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let text = lines(&story(6)).join("\n \n") + "\n";
    let (_, mut source) = written(folder.path(), &text);
    assert_eq!(source.head().unwrap(), Some(6));
    source.fault().unwrap();
    assert_eq!(Follower::new(source, None).catch_up(&mut node, None).unwrap(), 3);
}

#[test]
fn a_file_that_is_moved_goes_on_in_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let all = lines(&story(20));
    let (path, source) = written(folder.path(), &all[..10].concat());
    let mut follower = Follower::new(source, None);
    assert_eq!(follower.catch_up(&mut node, None).unwrap(), 7);
    // Blocks 8 to 10 are still in the old file alone.
    std::fs::rename(&path, path.with_extension("1")).unwrap();
    std::fs::write(&path, all[10..].concat()).unwrap();
    assert_eq!(follower.catch_up(&mut node, None).unwrap(), 10);
    assert_eq!(height(&node), 17);
}

#[test]
fn a_file_that_is_replaced_or_rewritten_goes_on_where_its_blocks_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let all = lines(&story(20));
    let (path, source) = written(folder.path(), &all[..10].concat());
    let mut follower = Follower::new(source, None);
    follower.catch_up(&mut node, None).unwrap();
    replace(&path, &all[..14].concat());
    follower.catch_up(&mut node, None).unwrap();
    assert_eq!(height(&node), 11);
    // Cut short in place, then grown again.
    std::fs::write(&path, all[..4].concat()).unwrap();
    assert_eq!(follower.step(&mut node).unwrap(), Progress::Waiting);
    std::fs::write(&path, all[5..].concat()).unwrap();
    follower.catch_up(&mut node, None).unwrap();
    assert_eq!(height(&node), 17);

    // Another chain is none that goes on.
    let mut other = devnet();
    other.mine_at(1, vec![], vec![]).unwrap();
    for _ in 0..30 {
        other.mine(vec![], vec![]).unwrap();
    }
    replace(&path, &lines(&other).concat());
    let error = follower.catch_up(&mut node, None).unwrap_err();
    assert_eq!(error.code(), "chain_reorganised");
    replace(&path, &lines(&story(40))[20..].concat());
    let error = follower.catch_up(&mut node, None).unwrap_err();
    assert!(error.to_string().contains("no block 18"), "{error}");
}

#[test]
fn a_file_that_is_deleted_is_told_and_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let all = lines(&story(20));
    let (path, source) = written(folder.path(), &all[..10].concat());
    let mut follower = Follower::new(source, None);
    std::fs::remove_file(&path).unwrap();
    let error = follower.catch_up(&mut node, None).unwrap_err();
    assert!(error.to_string().contains("the file is gone"), "{error}");
    assert_eq!(error.code(), "bad_chain");
    std::fs::write(&path, all.concat()).unwrap();
    follower.catch_up(&mut node, None).unwrap();
    assert_eq!(height(&node), 17);
}

#[test]
fn a_line_above_the_limit_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let good = lines(&story(6)).concat();
    let (_, source) = written(folder.path(), &format!("{good}{}\n", " x".repeat(9 << 20)));
    let mut follower = Follower::new(source, None);
    let error = follower.catch_up(&mut node, None).unwrap_err().to_string();
    assert!(error.contains("line 7:") && error.contains("16777216"), "{error}");
    assert_eq!(height(&node), 3);
}
