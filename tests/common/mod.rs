//! What several tests need.

use std::fs;
use std::path::{Path, PathBuf};

/// The captures of all samples, by their paths.
pub(crate) fn captures() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let folders = fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).unwrap());
    let mut captures: Vec<PathBuf> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("capture."))
        .collect();
    captures.sort();
    assert!(captures.len() > 30);
    captures
}
