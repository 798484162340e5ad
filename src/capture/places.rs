//! Which file a frame is in, when the frames of several files were merged.

use std::sync::{Arc, PoisonError, RwLock};

/// Runs of frames of one file, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Paths of the files, by their places.
    paths: Vec<Arc<str>>,
    runs: Vec<Run>,
    /// The first frame of the runs that found no room.
    end: Option<u64>,
    /// The last frame of which it is known.
    last: u64,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    /// Number of its first frame among all.
    number: u64,
    file: usize,
    /// Number of that frame in its file.
    within: u64,
}

/// Runs remembered: files of a ring need one each; two that alternate frame by frame reach this after as many frames.
const MOST: usize = 262_144;

impl Places {
    /// Another file, behind those before.
    pub(super) fn file(&mut self, path: &str) {
        self.paths.push(path.into());
    }

    /// The frames from `number` to `last` are those of `file` from `within` on; frames are added in the order of their
    /// numbers.
    pub(super) fn add(&mut self, number: u64, last: u64, file: usize, within: u64) {
        self.last = last;
        if self.end.is_some() {
            return;
        }
        if let Some(run) = self.runs.last()
            && run.file == file
            && number.wrapping_sub(run.number) == within.wrapping_sub(run.within)
        {
            return;
        }
        if self.runs.len() == MOST {
            self.end = Some(number);
            return;
        }
        self.runs.push(Run { number, file, within });
    }

    /// The file of a frame, and its number there.
    pub(super) fn find(&self, number: u64) -> Option<(usize, u64)> {
        let (run, _) = self.run(number)?;
        Some((run.file, run.within.saturating_add(number.saturating_sub(run.number))))
    }

    /// The run that a frame is in, and the last frame that is known to be in it.
    fn run(&self, number: u64) -> Option<(Run, u64)> {
        let after = self.runs.partition_point(|run| run.number <= number);
        let run = *self.runs.get(after.checked_sub(1)?)?;
        if self.end.is_some_and(|end| number >= end) {
            return None;
        }
        let next = self.runs.get(after).map(|run| run.number).or(self.end);
        Some((run, next.map_or(self.last, |next| next - 1)))
    }
}

/// Finds frames in their files while the capture is read, on any thread.
#[derive(Clone, Debug)]
pub struct Locator {
    places: Arc<RwLock<Places>>,
    /// What was found last: mostly the next one is there, too.
    stretch: Option<Stretch>,
}

/// Frames of one file, one behind the other.
#[derive(Clone, Debug)]
struct Stretch {
    path: Arc<str>,
    run: Run,
    last: u64,
}

impl Locator {
    pub(super) const fn new(places: Arc<RwLock<Places>>) -> Self {
        Self { places, stretch: None }
    }

    /// The path of the file that a frame is in, as it was given, and the frame's number there; `None` where files
    /// alternated too often to remember. The answer is the same whenever it is asked for.
    pub fn find(&mut self, frame: u64) -> Option<(&str, u64)> {
        let is_there = |stretch: &Stretch| (stretch.run.number..=stretch.last).contains(&frame);
        if !self.stretch.as_ref().is_some_and(is_there) {
            let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
            let (run, last) = places.run(frame)?;
            let path = Arc::clone(places.paths.get(run.file)?);
            drop(places);
            self.stretch = Some(Stretch { path, run, last });
        }
        let Stretch { path, run, .. } = self.stretch.as_ref()?;
        Some((path, run.within.saturating_add(frame.saturating_sub(run.number))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_found_in_its_file() {
        let mut places = Places::default();
        for (number, file, within) in [(1, 0, 1), (2, 0, 2), (3, 1, 1), (4, 0, 3), (5, 1, 2), (6, 1, 3)] {
            places.add(number, number, file, within);
        }
        places.file("a");
        places.file("b");
        assert_eq!(places.runs.len(), 4);
        for (number, want) in [(1, (0, 1)), (2, (0, 2)), (3, (1, 1)), (4, (0, 3)), (6, (1, 3)), (9, (1, 6))] {
            assert_eq!(places.find(number), Some(want));
        }
        assert_eq!(places.find(0), None);
        let mut locator = Locator::new(Arc::new(RwLock::new(places)));
        for (number, want) in [(1, ("a", 1)), (2, ("a", 2)), (6, ("b", 3)), (3, ("b", 1)), (4, ("a", 3))] {
            assert_eq!(locator.find(number), Some(want));
        }
        assert_eq!(locator.find(0), None);
    }

    #[test]
    fn past_the_bound_a_place_is_unknown_and_never_wrong() {
        let mut places = Places::default();
        let most = u64::try_from(MOST).unwrap();
        for number in 1..most + 10 {
            places.add(number, number, usize::from(number % 2 == 0), number);
        }
        assert_eq!(places.find(10), Some((1, 10)));
        assert_eq!(places.find(most), Some((1, most)));
        assert_eq!(places.find(most + 1), None);
        assert_eq!(places.find(most + 5), None);
    }
}
