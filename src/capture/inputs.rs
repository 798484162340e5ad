//! What the arguments of a run stand for: files, the files of a directory, streams.

use std::fs;
use std::path::Path;

use super::error::Error;
use super::source::Input;

/// An input, and whether it was found in a directory rather than named.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) input: Input,
    pub(super) from_directory: bool,
}

/// Something that was passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// As given, or as found in a directory.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Puts the files of a directory in its place: those directly in it, by name, without hidden ones. Only files are
/// opened, so that a pipe or a device in there cannot block the run.
pub(super) fn expand(inputs: Vec<Input>, skipped: &mut Vec<Skipped>, errors: &mut Vec<Error>) -> Vec<Given> {
    let mut all = Vec::new();
    for input in inputs {
        let directory = match &input {
            Input::File(path) if path.is_dir() => path.clone(),
            _ => {
                all.push(Given { input, from_directory: false });
                continue;
            }
        };
        match files_of(&directory, skipped) {
            Ok(files) => all.extend(files),
            Err(source) => errors.push(Error::Open { path: input.path(), source }),
        }
    }
    all
}

fn files_of(directory: &Path, skipped: &mut Vec<Skipped>) -> std::io::Result<Vec<Given>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        // Follows links: a link to a file is one.
        if path.is_file() {
            files.push(Given { input: Input::File(path), from_directory: true });
        } else {
            let path = path.to_string_lossy().into_owned();
            skipped.push(Skipped { path, reason: "not a file".to_owned() });
        }
    }
    Ok(files)
}
