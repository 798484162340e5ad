//! Inputs that give more later: pipes, and files that grow. Waiting for them ends when the run is asked to end.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::ring::{self, Ring, START};
use super::source::Octets;
use crate::num::count;

/// How long to wait before looking again.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// A pipe, a terminal or a device: at its end when the run is asked to end, however long it stays silent.
pub(super) struct Piped {
    pipe: File,
    interrupt: Arc<AtomicBool>,
}

impl Piped {
    pub(super) fn open(pipe: File, interrupt: Arc<AtomicBool>) -> Octets {
        Box::new(Self { pipe, interrupt })
    }

    /// Standard input, without the buffer of the standard library, which would hide what has come.
    #[cfg(unix)]
    pub(super) fn stdin(interrupt: Arc<AtomicBool>) -> io::Result<Octets> {
        use std::os::fd::AsFd;
        let pipe = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        Ok(Self::open(pipe, interrupt))
    }

    #[cfg(not(unix))]
    pub(super) fn stdin(_: Arc<AtomicBool>) -> io::Result<Octets> {
        Ok(Box::new(io::stdin()))
    }

    /// Whether there is something to read, its end included, before [`PAUSE`] is over.
    #[cfg(unix)]
    fn is_ready(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let pause = Timespec { tv_sec: 0, tv_nsec: PAUSE.subsec_nanos().into() };
        // What cannot be polled, or is interrupted by a signal, is read or looked at again.
        poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], Some(&pause))
            .map_or_else(|error| error != rustix::io::Errno::INTR, |ready| ready > 0)
    }

    #[cfg(not(unix))]
    fn is_ready(&self) -> bool {
        true
    }
}

impl Read for Piped {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while !self.is_ready() {
            if self.interrupt.load(Ordering::Relaxed) {
                return Ok(0);
            }
        }
        self.pipe.read(room)
    }
}

/// A file that somebody writes: at its end there is more later, until the ring goes on to another file, until it
/// begins anew, or until the run is asked to end.
pub(super) struct Growing {
    file: File,
    ring: Arc<Mutex<Ring>>,
    interrupt: Arc<AtomicBool>,
    position: u64,
    /// Its first octets, up to [`START`], as they were read.
    start: Vec<u8>,
}

impl Growing {
    pub(super) fn new(file: File, ring: Arc<Mutex<Ring>>, interrupt: Arc<AtomicBool>) -> Self {
        Self { file, ring, interrupt, position: 0, start: Vec::with_capacity(START) }
    }

    fn take(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(room)?;
        self.position = self.position.saturating_add(count(read));
        let start = room.iter().take(read.min(START - self.start.len()));
        self.start.extend(start);
        Ok(read)
    }

    /// Whether somebody wrote over it from its start, so that what comes next does not follow what was read.
    fn is_rewritten(&self) -> io::Result<bool> {
        if self.file.metadata()?.len() < self.position {
            return Ok(true);
        }
        let mut now = [0; START];
        let now = now.get_mut(..self.start.len()).unwrap_or_default();
        #[cfg(unix)]
        std::os::unix::fs::FileExt::read_exact_at(&self.file, now, 0)?;
        #[cfg(not(unix))]
        now.copy_from_slice(&self.start);
        Ok(*now != self.start)
    }
}

impl Read for Growing {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        // Each turn waits, or returns.
        loop {
            let read = self.take(room)?;
            if read > 0 || self.interrupt.load(Ordering::Relaxed) {
                return Ok(read);
            }
            // Whoever writes a ring begins the next file when this one is complete.
            let is_complete = ring::lock(&self.ring).has_next();
            if !is_complete {
                std::thread::sleep(PAUSE);
            }
            if self.is_rewritten()? {
                return Ok(0);
            }
            if is_complete {
                return self.take(room);
            }
        }
    }
}
