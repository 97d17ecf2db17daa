//! What no compiler checks: file sizes, leftovers, paths of one machine, the two commands of the README.

use crate::sh::{self, Outcome, say};
use std::path::Path;

/// A file that is longer does more than one thing.
const LINES_MAX: usize = 600;
/// Data has the size that it has.
const DATA: [&str; 11] = [
    "json", "jsonl", "csv", "lock", "hex", "txt", "svg", "yaml", "bin", "png", "pem",
];
/// In the first line of a file that a program wrote: nobody reads it from top to bottom.
const GENERATED: &str = "Written by `cargo xtask codegen`";
/// What a new reader types first.
const README_COMMANDS: [&str; 2] = ["cargo xtask demo", "cargo xtask test"];

/// Problems that are shown: whoever has more mends these first.
const SHOWN_MAX: usize = 50;

/// Words that mean unfinished work. Written in halves, or this file would hold them.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
/// Where somebody's machine keeps its files.
const PLACES: [&str; 4] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
];

/// What every domain tag begins with. Written in halves, as above.
const TAG: &str = concat!("ai", "cf/");
/// Where the domain tags stand, and what makes and compares their vectors.
const TAG_FILES: [&str; 3] = [
    "core/src/hash/tags.rs",
    "fixtures/vectors/hash_tags.py",
    "fixtures/vectors/sign_receipts.py",
];
/// What is written by hand and could hash something.
const CODE: [&str; 7] = ["rs", "py", "ts", "js", "mjs", "cjs", "svelte"];

/// Checks every file that git knows.
pub fn run() -> Outcome {
    let mut problems = Vec::new();
    let files = sh::tracked()?;
    for file in &files {
        let Ok(text) = String::from_utf8(sh::slurp(&sh::root().join(file))?) else {
            continue; // not text
        };
        check(file, &text, &mut problems);
    }
    let readme = String::from_utf8(sh::slurp(&sh::root().join("README.md")).unwrap_or_default()).unwrap_or_default();
    for command in README_COMMANDS {
        if !readme.contains(command) {
            problems.push(format!("README.md does not name `{command}`"));
        }
    }
    if problems.is_empty() {
        say(&format!("tidy: {} files", files.len()));
        Ok(())
    } else {
        let count = problems.len();
        problems.truncate(SHOWN_MAX);
        Err(format!("{count} problems:\n  {}", problems.join("\n  ")))
    }
}

fn check(file: &Path, text: &str, problems: &mut Vec<String>) {
    let shown = file.display();
    let data = file
        .extension()
        .is_some_and(|extension| DATA.iter().any(|data| extension == *data));
    let data = data || text.lines().next().is_some_and(|line| line.contains(GENERATED));
    let lines = text.lines().count();
    if lines > LINES_MAX && !data {
        problems.push(format!("{shown}: {lines} lines, more than {LINES_MAX}"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        if !data {
            if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
                problems.push(format!("{shown}:{number}: `{word}`"));
            }
            if line.ends_with([' ', '\t']) {
                problems.push(format!("{shown}:{number}: blanks at the end"));
            }
        }
        if names_a_tag(file, line) && !data {
            problems.push(format!(
                "{shown}:{number}: a domain tag, which belongs into the table of {}",
                TAG_FILES[0]
            ));
        }
        if let Some(place) = PLACES.iter().find(|place| line.contains(**place)) {
            problems.push(format!("{shown}:{number}: a path of one machine (`{place}`)"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') && !data {
        problems.push(format!("{shown}: no newline at the end"));
    }
}

/// A line of code, not a comment, with `aicf/…/v` and a number.
fn names_a_tag(file: &Path, line: &str) -> bool {
    let code = file
        .extension()
        .is_some_and(|extension| CODE.iter().any(|code| extension == *code));
    let comment = ["//", "/*", "*", "#"]
        .iter()
        .any(|mark| line.trim_start().starts_with(mark));
    if !code || comment || TAG_FILES.iter().any(|known| file == Path::new(known)) {
        return false;
    }
    line.match_indices(TAG).any(|(at, _)| {
        let rest = &line[at + TAG.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"/_-".contains(c));
        let tag = &rest[..end.unwrap_or(rest.len())];
        tag.split('/').skip(1).any(|part| {
            part.strip_prefix('v')
                .is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
        })
    })
}

/// A whole word: ids and hex may hold the letters.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !inside(line[..at].chars().next_back()) && !inside(line[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, PLACES, TAG, UNFINISHED, check};
    use std::path::Path;

    fn problems(file: &str, text: &str) -> usize {
        let mut problems = Vec::new();
        check(Path::new(file), text, &mut problems);
        problems.len()
    }

    #[test]
    fn each_rule_finds_its_own() {
        let word = UNFINISHED[0];
        assert_eq!(problems("a.rs", "fine\n"), 0);
        assert_eq!(problems("a.rs", &format!("// {word}: later\n")), 1);
        assert_eq!(problems("a.rs", &format!("let a{word}S = 1;\n")), 0);
        assert_eq!(problems("a.json", &format!("{word}\n")), 0);
        assert_eq!(problems("a.json", &format!("{}me\n", PLACES[0])), 1);
        assert_eq!(problems("a.rs", &format!("let tag = \"{TAG}x/v1\";\n")), 1);
        assert_eq!(problems("a.rs", &format!("hash(b\"{TAG}x/y/v12\\0\");\n")), 1);
        assert_eq!(problems("a.rs", &format!("/// `{TAG}x/v1`\n")), 0);
        assert_eq!(problems("a.rs", &format!("read(\"{TAG}tests/vectors\");\n")), 0);
        assert_eq!(problems("core/src/hash/tags.rs", &format!("\"{TAG}x/v1\"\n")), 0);
        assert_eq!(problems("a.rs", "blank \n"), 1);
        assert_eq!(problems("a.rs", "cut"), 1);
        assert_eq!(problems("a.rs", &"x\n".repeat(LINES_MAX + 1)), 1);
        assert_eq!(problems("a.jsonl", &"x\n".repeat(LINES_MAX + 1)), 0);
    }
}
