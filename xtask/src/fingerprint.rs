//! A digest of everything that a build is made of: while it stays, what was built is up to date.

use crate::sh::{self, Outcome};
use sha3::{Digest, Sha3_256};
use std::fs;
use std::path::{Path, PathBuf};

/// Parts of names of files and folders that tools make: caches, modules that were built.
const NO_SOURCES: [&str; 6] = ["__pycache__", "_cache", ".so", ".node", "node_modules", ".egg-info"];

/// The digest of a recipe's version, a compiler's, and all files below the sources, in hex.
pub fn of(recipe: &str, compiler: &str, sources: &[&str]) -> Outcome<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(&sh::root().join(source), &mut files)?;
    }
    files.sort();
    let mut digest = Sha3_256::new();
    digest.update(recipe);
    digest.update(compiler);
    for file in files {
        let content = sh::slurp(&file)?;
        digest.update(
            file.strip_prefix(sh::root())
                .unwrap_or(&file)
                .as_os_str()
                .as_encoded_bytes(),
        );
        digest.update(content.len().to_le_bytes());
        digest.update(content);
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            // What tools leave beside sources is none.
            if !NO_SOURCES.iter().any(|left| name.to_string_lossy().contains(left)) {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}
