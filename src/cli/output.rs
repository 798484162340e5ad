//! Where the output goes: standard output, or a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{Failure, unless_closed};

/// A place for the output, found to be writable.
#[derive(Debug)]
pub(super) enum Output {
    /// Standard output.
    Stdout,
    /// A file: written under another name beside it, then renamed.
    File { path: PathBuf, force: bool },
}

impl Output {
    /// Standard output without `path` or with `-`, else the file `path`. Whatever speaks against writing there is
    /// found now, not after a long run.
    ///
    /// # Errors
    /// It is one of `inputs`, is there and not to be overwritten, or cannot be written.
    pub(super) fn new(path: Option<&Path>, force: bool, inputs: &[PathBuf]) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else { return Ok(Self::Stdout) };
        if inputs.iter().any(|input| is_read_from(path, input)) {
            return Err(Failure::new(path.display(), "is an input, an output needs another path"));
        }
        // Through a link the file that it points to is replaced, not the link.
        let link = fs::symlink_metadata(path).is_ok_and(|facts| facts.is_symlink());
        let path = if link {
            path.canonicalize().map_err(|error| Failure::new(path.display(), error))?
        } else {
            path.to_owned()
        };
        may_replace(&path, force)?;
        let part = Part::create(&path).map_err(|error| unwritable(&path, &error))?;
        drop(part);
        Ok(Self::File { path, force })
    }

    /// Has `write` write the output. A reader of standard output that went away is no failure.
    ///
    /// # Errors
    /// It could not be written; a file of that name is as it was.
    pub(super) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        self.write_if(|out| write(out).map(|()| true))
    }

    /// As [`Output::write`], but no file appears where `write` says that there is nothing to keep.
    ///
    /// # Errors
    /// It could not be written; a file of that name is as it was.
    pub(super) fn write_if(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<bool>,
    ) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                let written = write(&mut out).and_then(|_| out.flush());
                unless_closed(written).map_err(|error| Failure::new("standard output", error))
            }
            Self::File { path, force } => {
                let part = Part::create(&path).map_err(|error| unwritable(&path, &error))?;
                let mut out = BufWriter::new(&part.file);
                let is_kept = write(&mut out)
                    .and_then(|is_kept| out.flush().map(|()| is_kept))
                    .and_then(|is_kept| part.file.sync_all().map(|()| is_kept))
                    .map_err(|error| unwritable(&path, &error))?;
                drop(out);
                if !is_kept {
                    return Ok(());
                }
                may_replace(&path, force)?;
                fs::rename(&part.path, &path).map_err(|error| unwritable(&path, &error))
            }
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(path.display(), format_args!("cannot be written: {error}"))
}

fn may_replace(path: &Path, force: bool) -> Result<(), Failure> {
    let Ok(facts) = fs::symlink_metadata(path) else { return Ok(()) };
    if !facts.is_file() {
        return Err(Failure::new(path.display(), "is no regular file, an output has to be one"));
    }
    if !force {
        return Err(Failure::new(path.display(), "is there already, only --force overwrites it"));
    }
    Ok(())
}

/// Whether the file at `path` is what `input` names: that file, standard input redirected from it, or a directory
/// whose files are read. What is plain text there is no capture, such as the report of an earlier run.
fn is_read_from(path: &Path, input: &Path) -> bool {
    if input.as_os_str() == "-" {
        return is_standard_input(path);
    }
    if !input.is_dir() {
        return same_file(path, input);
    }
    let entries = fs::read_dir(input).into_iter().flatten().flatten();
    let is_in = entries.map(|entry| entry.path()).any(|entry| entry.is_file() && same_file(path, &entry));
    is_in && !is_text(path)
}

/// Whether standard input is the file at `path`.
fn is_standard_input(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::MetadataExt;
        let input = io::stdin().as_fd().try_clone_to_owned().map(File::from).and_then(|file| file.metadata());
        if let (Ok(input), Ok(output)) = (input, fs::metadata(path)) {
            return input.is_file() && (input.dev(), input.ino()) == (output.dev(), output.ino());
        }
    }
    let _ = path;
    false
}

/// Whether a file begins as text does: every capture and every PDU has a NUL soon.
fn is_text(path: &Path) -> bool {
    let mut start = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "what would be overwritten is looked at")]
    let read = File::open(path).and_then(|file| file.take(512).read_to_end(&mut start));
    // A character may be cut at the end.
    let is_utf8 = std::str::from_utf8(&start).map_or_else(|error| error.error_len().is_none(), |_| true);
    read.is_ok() && is_utf8 && !start.contains(&0)
}

/// Whether two paths lead to one file.
fn same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
            return (one.dev(), one.ino()) == (other.dev(), other.ino());
        }
    }
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// A file under way, readable by its owner alone; removed when dropped, unless renamed.
struct Part {
    file: File,
    path: PathBuf,
}

impl Part {
    fn create(path: &Path) -> io::Result<Self> {
        let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let path = path.with_file_name(hidden);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: options.open(&path)?, path })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already when it was renamed.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        let output = Output::new(Some(&path), false, &[]).unwrap();
        assert!(names(folder.path()).is_empty());
        output.write(|out| out.write_all(b"all of it")).unwrap();
        assert_eq!(names(folder.path()), ["out.json"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "all of it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_write_that_fails_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "before").unwrap();
        let output = Output::new(Some(&path), true, &[]).unwrap();
        let failed = output.write(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.unwrap_err().0.ends_with("out: cannot be written: the disk is full"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn refuses_inputs_files_that_are_there_and_folders() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("capture.pcap");
        fs::write(&input, "x").unwrap();
        let other_way = folder.path().join(".").join("capture.pcap");
        let inputs = [input.clone()];
        for (path, force, why) in [
            (&input, true, "is an input"),
            (&other_way, true, "is an input"),
            (&folder.path().to_owned(), true, "is no regular file"),
            (&folder.path().join("absent").join("out"), false, "cannot be written"),
        ] {
            let refused = Output::new(Some(path), force, &inputs).unwrap_err();
            assert!(refused.0.contains(why), "{}", refused.0);
        }
        assert!(Output::new(Some(&input), false, &[]).unwrap_err().0.contains("only --force"));
        assert!(Output::new(Some(&input), true, &[]).is_ok());
        assert!(matches!(Output::new(Some(Path::new("-")), false, &[]), Ok(Output::Stdout)));
    }

    #[test]
    fn a_file_of_a_directory_that_is_read_is_an_input_unless_it_is_text() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = [folder.path().to_owned()];
        for (name, octets, is_refused) in [
            ("gw.pcap", &b"\xd4\xc3\xb2\xa1\x02\0\x04\0"[..], true),
            ("gw.pcap.gz", b"\x1f\x8b\x08\0", true),
            ("pdus.bin", b"\0\0\0\x10\0\0\0\x15", true),
            ("report.txt", "9,985 frames, \u{2026}".as_bytes(), false),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, octets).unwrap();
            let output = Output::new(Some(&path), true, &inputs);
            assert_eq!(output.is_err(), is_refused, "{name}");
        }
        assert!(Output::new(Some(&folder.path().join("new.txt")), false, &inputs).is_ok());
    }

    #[test]
    fn nothing_appears_where_there_is_nothing_to_keep() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let output = Output::new(Some(&path), false, &[]).unwrap();
        output.write_if(|out| out.write_all(b"titles").map(|()| false)).unwrap();
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_to_an_input_are_that_input() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("capture.pcap");
        fs::write(&input, "x").unwrap();
        let (soft, hard) = (folder.path().join("soft"), folder.path().join("hard"));
        std::os::unix::fs::symlink(&input, &soft).unwrap();
        fs::hard_link(&input, &hard).unwrap();
        for path in [soft, hard] {
            let refused = Output::new(Some(&path), true, std::slice::from_ref(&input)).unwrap_err();
            assert!(refused.0.contains("is an input"), "{}", refused.0);
        }
    }
}
