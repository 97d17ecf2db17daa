//! The cache of compiled modules: damage is mended, and what others could write is not run.

use crate::support::{limits, module};
use aicf_host::wasm::{Cache, CacheUse, Executor, NoStore};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

#[test]
fn a_damaged_cache_file_is_written_anew() {
    let dir = tempfile::tempdir().expect("a directory");
    let cache = Cache::at(dir.path().join("aicf"));
    let start = |expected: &CacheUse| {
        let executor = Executor::with(&module("", ""), limits(), Some(&cache)).expect("good");
        assert_eq!(executor.cache_use(), expected);
        assert_eq!(executor.instance(NoStore).expect("instance").ping().expect("ping"), 1);
    };
    start(&CacheUse::Stored);
    start(&CacheUse::Hit);
    let file = only_file(&dir.path().join("aicf"));
    let good = fs::read(&file).expect("readable");
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for damaged in [&good[..good.len() - 1], &good[..20], b"", &flipped] {
        fs::write(&file, damaged).expect("writable");
        start(&CacheUse::Stored);
        start(&CacheUse::Hit);
    }
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&dir.path().join("aicf")), mode(&file)), (0o700, 0o600));
}

#[test]
fn a_cache_that_others_can_write_to_is_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("aicf");
    let cache = Cache::at(&path);
    let used = || {
        Executor::with(&module("", ""), limits(), Some(&cache))
            .expect("good")
            .cache_use()
            .clone()
    };
    let chmod = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
    };
    assert_eq!(used(), CacheUse::Stored);
    let file = only_file(&path);
    chmod(&file, 0o620);
    assert!(matches!(used(), CacheUse::Refused(_)));
    chmod(&file, 0o600);
    chmod(&path, 0o777);
    assert!(matches!(used(), CacheUse::Refused(_)));
    chmod(&path, 0o700);
    assert_eq!(used(), CacheUse::Hit);
    // A file where the directory should be.
    let blocked = Cache::at(file.join("x"));
    let executor = Executor::with(&module("", ""), limits(), Some(&blocked)).expect("compiled all the same");
    assert!(matches!(executor.cache_use(), CacheUse::Refused(_)));
}

fn only_file(dir: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(dir)
        .expect("there")
        .map(|entry| entry.expect("entry").path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}
